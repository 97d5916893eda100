"""Holds and quarantine: what keeps something from being published."""

from galley.protocol.results.common import Result


class QuarantineResult(Result):
    """One input that a rollback took back."""

    source: str
    resource: str
    """Empty for the environment."""
    digest: str
    """Empty: the absence was taken back."""
    rollback: int
    target: int
    time: float
    reason: str
    lifts: str
    """What will lift it, as a sentence."""
    waiting: str = ""
    """The revision that waits because of this rollback; empty if none does, or it has no name."""


class HoldResult(Result):
    """One hold."""

    id: str
    cause: str
    reason: str
    author: str
    time: float
    expires: float = 0


class ResumeResult(Result):
    """The holds that were, or would be, lifted."""

    lifted: list[HoldResult]
