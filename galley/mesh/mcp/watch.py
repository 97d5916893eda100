"""What a sink has of one collection."""

from collections.abc import Mapping

from galley.mesh.member import Member
from galley.mesh.served import Served
from galley.mesh.watch import Watch


class CollectionWatch(Watch):
    """One collection on one stream of MCP."""

    __slots__ = ("armed", "held", "incremental")

    def __init__(self, member: Member, served: Served, name: str) -> None:
        super().__init__(member, served, name)
        self.armed = False
        """Whether a request waits for the next response."""
        self.incremental = False
        """Whether that may say what is new instead of everything."""
        self.held: Mapping[str, str] = {}
        """Version by name of what it has from an earlier stream, until it was answered."""

    def begin(self, held: Mapping[str, str]) -> None:
        """It asks as if it had nothing, or what it says that it has."""
        self.at = self.refused = None
        self.held = held

    def forget(self) -> None:
        """Nobody knows what it has once it has refused something: whatever comes next is told
        whole, also what it had before."""
        self.at = None
