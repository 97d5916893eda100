"""What goes wrong when an old policy is carried over.

NotCarriedOverError    a part of it has no equal today; says which and why
LostTargetError        a service that it is about cannot be followed to workloads
"""

from pipeline.model import Path


class NotCarriedOverError(ValueError):
    """A part of the policy cannot be said today."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(problem)


class LostTargetError(ValueError):
    """A service cannot be followed to its workloads."""

    def __init__(self, path: Path, service: str, problem: str) -> None:
        self.path, self.service, self.problem = path, service, problem
        super().__init__(problem)
