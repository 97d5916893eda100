"""What the stream counts, for `/metrics`: plain numbers, added to where it happens."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galley.server.steps import Step


class Counts:
    """Totals of one channel line since the process started."""

    __slots__ = ("acks", "bytes", "mismatches", "nacks", "resources", "steps")

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

    def sent(self, step: "Step", size: int) -> None:
        self.steps[step.kind] += 1
        self.resources += step.resources
        self.bytes += size
