"""What publishing other inputs would do."""

from typing import Literal

from galley.protocol.results.common import DiagnosticResult, Result
from galley.protocol.results.content import DiffResult
from galley.protocol.results.holding import HoldResult, QuarantineResult

PLAN_BYTES = 64 * 1024 * 1024
"""Bytes that a plan's request may have."""


class PlanScopeResult(Result):
    """What a source reads, so that a plan of it can be given the same."""

    source: str
    type: str
    path: str = ""
    """git: the folder or file within the repository; empty: all of it."""
    include: list[str] = []
    exclude: list[str] = []
    submodules: bool = False


class KeptResult(Result):
    """A change unit that would be kept back."""

    file: str
    """Its locator; empty where the unit is everything that the source says."""
    why: Literal["refused", "parked", "quarantined"]
    before: bool = False
    """Whether it is kept back now, and these inputs change nothing about it."""


class CollectionChanges(Result):
    """How many resources of one collection differ."""

    collection: str
    added: int = 0
    changed: int = 0
    deleted: int = 0


class PlanResult(Result):
    """What publishing other inputs would do."""

    channel: str
    source: str
    """The source that the inputs stand for."""
    base: int
    """The live version, which the plan holds for."""
    live: str
    """The digest of the base; empty before the first version."""
    digest: str
    """The digest that would ship."""
    outcome: Literal[
        "unchanged", "published", "refused", "parked", "quarantined", "waiting", "held"
    ]
    """What would become of it: of several, what stands first from `refused` on. unchanged: nothing
    differs from what is live · waiting: no change unit is to blame, and nothing is published ·
    held: the channel is."""
    publishable: bool
    """Whether all that these inputs change would be published without anybody's doing."""
    diff: DiffResult
    """What would ship against what is live."""
    collections: list[CollectionChanges] = []
    """The same as numbers: every collection of which something differs."""
    diagnostics: list[DiagnosticResult]
    """pending: these inputs bring it · carried: it was there before. At most 500, first the new
    ones."""
    kept: list[KeptResult] = []
    candidate: str = ""
    """Id under which the parked units could be confirmed."""
    quarantined: list[QuarantineResult] = []
    """Because of which entries units wait."""
    holds: list[HoldResult] = []
