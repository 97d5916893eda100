"""What is counted of subscribers, for `/metrics`: plain numbers, added to where it happens."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galley.server.steps import Step


class MeshCounts:
    """Clients of meshes on one channel line, by wire; totals since the process started."""

    __slots__ = ("bytes", "messages", "oversize", "said", "streams")

    def __init__(self) -> None:
        self.streams: Counter[str] = Counter()
        """That there are now."""
        self.messages: Counter[str] = Counter()
        """Handed to the transport."""
        self.bytes: Counter[str] = Counter()
        """Of these."""
        self.said: Counter[tuple[str, str]] = Counter()
        """Requests, by wire and by what they say: asks, ack, nack, stale."""
        self.oversize: Counter[str] = Counter()
        """Messages that were too long to be sent: of each client the first in a row."""

    def sent(self, wire: str, size: int) -> None:
        self.messages[wire] += 1
        self.bytes[wire] += size


class StreamCounts:
    """All streams of clients of meshes since the process started."""

    __slots__ = ("closed", "refused")

    def __init__(self) -> None:
        self.closed: Counter[str] = Counter()
        """Streams that are over, by name of the gRPC status that they ended with; with
        DEADLINE_EXCEEDED those whose client did not read."""
        self.refused: Counter[str] = Counter()
        """Those of them that were not served: for want of a credential, a role or a group, or
        beyond the limit."""


class Counts:
    """Totals of one channel line since the process started."""

    __slots__ = ("acks", "bytes", "mesh", "mismatches", "nacks", "resources", "steps")

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()
        """Steps sent by kind: delta, repair, full."""
        self.resources = 0
        """Resources and removals in them."""
        self.bytes = 0
        """Bytes of them, as they were written."""
        self.acks = 0
        self.nacks: Counter[str] = Counter()
        """Refusals by kind: invalid, retry, mismatch."""
        self.mismatches = 0
        """Digests that came out different, refused or acknowledged."""
        self.mesh = MeshCounts()

    def sent(self, step: "Step", size: int) -> None:
        self.steps[step.kind] += 1
        self.resources += step.resources
        self.bytes += size
