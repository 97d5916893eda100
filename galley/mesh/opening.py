"""One stream as the server sees it: who is at its other end, and what that was given.

Both are judged when the stream comes and says who it is, and again when the settings change: a
stream that would be judged otherwise now ends, and its client comes back.
"""

from galley.mesh.door import Caller, Door
from galley.mesh.member import Client
from galley.mesh.node import Node
from galley.mesh.session import Place, StreamError
from galley.mesh.stream import Stream
from galley.server.access import Grant
from galley.settings import GroupSettings


class Opened:
    """See `galley.mesh.session.Opening`; confined to the serving loop."""

    def __init__(
        self, door: Door, caller: Caller, stream: Stream, session: str, suffix: str
    ) -> None:
        """`suffix`: what is shown behind the wire."""
        self.grant = Grant("", {})
        self._door = door
        self._caller = caller
        self._stream = stream
        self.wake = stream.wake
        """For the session, without a layer between."""
        self._session = session
        self._suffix = suffix
        self._by_token = False
        self._given: dict[str, tuple[Node, GroupSettings]] = {}

    def let_in(self, authorization: str | None) -> None:
        """Judge who it is; a token is not kept.

        Raises:
            StreamError: nobody we know.
        """
        grant = self._door.grant(self._caller, authorization)
        if grant is None:
            raise StreamError(
                "UNAUTHENTICATED",
                "nobody is known by this: send metadata `authorization: Bearer TOKEN`, or be one "
                "of mesh.peers",
                refusal="credential",
            )
        self.grant = grant
        self._by_token = self._door.by_token(authorization)

    def judge_again(self) -> None:
        """End it if it would not be let in any more, or given something else; tokens that are gone
        are told one by one (`MeshServer.expel`)."""
        if not self._by_token and self._door.grant(self._caller, None) != self.grant:
            self._stream.end("who may do what has changed", "UNAUTHENTICATED")
        for wire, (node, given) in self._given.items():
            if self._group(wire, node) != given:
                self._stream.end(f"the group of node {node.id!r} has changed; come back")

    def expel(self) -> None:
        """Its token is no longer good."""
        self._stream.end("the credential is no longer good", "UNAUTHENTICATED")

    def _group(self, wire: str, node: Node) -> GroupSettings | None:
        try:
            return self._door.group(wire, node)
        except StreamError:
            return None

    # What the session asks.

    def end(self, reason: str) -> None:
        self._stream.end(reason)

    def place(self, wire: str, node: Node) -> Place:
        group = self._door.group(wire, node)
        place = self._door.place(group, self.grant)
        self._given[wire] = node, group
        return place

    def client(self, wire: str, node: Node) -> Client:
        return Client(
            session=self._session,
            wire=wire + self._suffix,
            node=node.id,
            credential=self.grant.name,
            address=self._caller.shown,
            verifies=wire == "envoy",
        )
