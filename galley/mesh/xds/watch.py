"""What a stream of xDS has of one type."""

from galley.mesh.member import Member
from galley.mesh.served import Served, name_of
from galley.mesh.watch import Watch
from galley.mesh.xds.types import CLUSTER, Type
from pipeline.model import Key


class TypeWatch(Watch):
    """One type of xDS on one stream."""

    __slots__ = ("all", "asked", "held", "leaving", "named_any", "names", "owed", "said", "sent")

    def __init__(self, member: Member, served: Served, asked: Type) -> None:
        super().__init__(member, served, asked.url)
        self.asked = asked
        self.all = False
        """Whether everything is asked for."""
        self.names: set[str] = set()
        """What is asked for by name."""
        self.named_any = False
        """State of the world: whether the stream has ever named anything of this type."""
        self.owed: set[str] = set()
        """Names that are to be answered although nothing about them has changed."""
        self.said = False
        """Whether a request waits for an answer, whatever there is."""
        self.held: dict[str, str] | None = None
        """Delta: version by name of what it has from an earlier stream; None once it was told what
        became of it."""
        self.leaving: frozenset[Key] = frozenset()
        """Clusters that went and that it keeps until no route of its names them."""
        self.sent = 0.0
        """When something was sent last, on the monotonic clock."""

    @property
    def idle(self) -> bool:
        """See `Watch`; an answer is awaited for as long as it takes, but to clusters."""
        if self.pending is not None:
            return self.asked.collection != CLUSTER
        return (
            self.synced
            and self.at == self.served.live.digest
            and not (self.said or self.owed or self.leaving)
            and self.held is None
        )

    def named(self, keys: frozenset[Key]) -> frozenset[Key]:
        """Those of the keys that are asked for."""
        if self.all:
            return keys
        return frozenset(key for key in keys if name_of(key) in self.names)

    def asks_for(self, name: str) -> bool:
        return self.all or name in self.names
