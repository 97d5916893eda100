"""What is wrong with the settings of one policy, gathered so that all of it is told at once."""

from collections.abc import Iterable

from pipeline.model import Diagnostic
from pipeline.model.canonical import Path
from pipeline.model.messages import policy as messages


class Complaints:
    """Diagnostics that name a policy and the place in its settings."""

    def __init__(self, policy: str, place: Path) -> None:
        """`place`: the policy's own, in the path of every diagnostic."""
        self.errors: list[Diagnostic] = []
        self._policy = policy
        self._place = place

    def setting(self, place: Path, problem: object) -> None:
        """A field of the settings is wrong."""
        field = ".".join(map(str, place))
        self.errors.append(
            messages.BAD_SETTINGS.report(
                path=self._place + place, policy=self._policy, field=field, problem=problem
            )
        )

    def expression(self, place: Path, what: str, problem: object) -> None:
        """An expression does not compile."""
        self.errors.append(
            messages.BAD_EXPRESSION.report(
                path=self._place + place, policy=self._policy, field=what, problem=problem
            )
        )

    def circle(self, place: Path, names: Iterable[str]) -> None:
        """Names need one another."""
        self.errors.append(
            messages.CIRCLE.report(
                path=self._place + place, policy=self._policy, circle=" -> ".join(names)
            )
        )
