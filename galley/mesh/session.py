"""What all protocols of meshes have in common: a session takes requests and tells what is due.

A session is state without I/O. It keeps no queue: what is due follows, whenever it is asked, from
what the client has and what is live, so a slow client skips what came in between.
"""

from math import inf
from typing import Protocol

from galley.mesh.line import Line
from galley.mesh.member import Client, Member
from galley.mesh.message import Message
from galley.mesh.node import Node
from galley.mesh.served import Served
from galley.protocol.view import View

NEVER = inf


class StreamError(Exception):
    """A stream ends."""

    def __init__(self, code: str, reason: str, *, refusal: str = "") -> None:
        """Say why.

        Args:
            code: the name of a gRPC status.
            reason: a sentence for whoever runs the client.
            refusal: for want of what the client is not served, in a word that is counted.
        """
        super().__init__(reason)
        self.code = code
        self.refusal = refusal


class Place:
    """What the clients of a group are served from."""

    def __init__(self, line: Line, companion: Line, view: View) -> None:
        self.line = line
        self.companion = companion
        self.view = view


class Opening(Protocol):
    """Who is at the other end, as far as the server knows, and what it may have."""

    def wake(self) -> None:
        """Let the stream ask the session what is due."""

    def end(self, reason: str) -> None:
        """End the stream."""

    def place(self, wire: str, node: Node) -> Place:
        """Where a client is served from.

        Raises:
            StreamError: nothing, or nothing that it may have.
        """

    def client(self, wire: str, node: Node) -> Client:
        """The client as a subscriber."""


class Session(Protocol):
    """One stream; confined to the serving loop."""

    due: float
    """When there may be something to send although nobody woke the stream, on the monotonic
    clock."""

    def take(self, data: bytes) -> None:
        """One request.

        Raises:
            StreamError: it makes no sense, or asks for what it cannot have.
        """

    def next(self) -> Message | None:
        """What is to be written now; None: nothing.

        Raises:
            StreamError: the stream cannot go on.
        """

    def leave(self) -> None:
        """The stream is over."""


class Members:
    """A stream as a member of each line that it is served from."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._members: dict[Line, Member] = {}

    def of(self, served: Served, wire: str, node: Node) -> Member:
        """The member that watches this."""
        line = served.line
        if line not in self._members:
            client = self._opening.client(wire, node)
            opening = self._opening
            self._members[line] = Member(line, client, wake=opening.wake, end=opening.end)
        return self._members[line]

    def leave(self) -> None:
        for member in self._members.values():
            member.leave()
        self._members.clear()
