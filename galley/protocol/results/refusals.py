"""What subscribers refuse: resources, and versions."""

from typing import Literal

from galley.protocol.results.common import OriginResult, Result, RevisionResult


class NackedResult(OriginResult):
    """A resource that a subscriber refused, and where it comes from now."""

    resource: str
    reason: str = ""
    since: int = 0
    """The version from which on it is live as it is; 0 if it is not, or the worker is down."""
    brought_by: RevisionResult | None = None
    """The revision that brought it, if its source keeps a history."""


class RefusedResult(NackedResult):
    """The same as it is stored with the version that was refused: where it came from then."""

    digest: str = ""
    """Of its content in that version; empty if that is not known any more."""


class RefusalResult(Result):
    """What one subscriber said when it refused a version."""

    version: int
    subscriber: str
    """What it calls itself; of one without a name its token and where it comes from."""
    wire: str
    credential: str
    kind: Literal["invalid", "retry"]
    """`invalid` counts against a version; `retry` is the subscriber's own trouble."""
    reason: str
    """Its first 2,000 characters."""
    time: float
    """When it said so first."""
    settled: float = 0
    """When it had all that was live after that; 0: it has not, and what it said stands."""
    resources: list[RefusedResult] = []
    """Those that it named: the first 20."""
