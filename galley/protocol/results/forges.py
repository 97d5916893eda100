"""What passes between a source and its forge: webhooks and commit status."""

from typing import Literal

from galley.protocol.results.common import Result

Idle = Literal["", "event", "ref", "replayed", "repository"]
"""Why a webhook's request is ignored; empty where it is not."""


class WebhookResult(Result):
    """What became of a genuine request of a forge."""

    outcome: Literal["accepted", "ignored"]
    """accepted: the source looks now, or a few seconds after it last did."""
    reason: Idle = ""
    """Why it was ignored: it is of an event, ref or repository that the source does not follow, or
    was here before."""


class CommitStatusResult(Result):
    """How the forge of a source is told what becomes of its commits; counted since the start."""

    waiting: int = 0
    """Commits whose newest status is not told yet."""
    told: int = 0
    failed: int = 0
    """Tries that failed and are made again."""
    given_up: int = 0
    """Statuses that the forge will not have."""
    dropped: int = 0
    """Statuses that were lost because too many waited."""
    problem: str = ""
    """Why the last try failed, as a sentence; empty if it did not."""
