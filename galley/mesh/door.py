"""Who is let in, and what they are given: the settings as far as they judge clients."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from galley.mesh.groups import Groups
from galley.mesh.line import Line
from galley.mesh.node import Node
from galley.mesh.peers import Peers
from galley.mesh.session import Place, StreamError
from galley.protocol.control import COMPANION
from galley.protocol.view import View
from galley.server.access import Access, Grant
from galley.server.channel import Channel
from galley.settings import GroupSettings, ServiceSettings

Channels = Callable[[], Mapping[str, Channel]]


class Caller(NamedTuple):
    """What is known of a client before it says anything."""

    names: tuple[str, ...]
    """Of its verified certificate."""
    host: str
    shown: str
    """Its address with the port."""


class Door:
    """Confined to the serving loop."""

    def __init__(
        self, settings: ServiceSettings, channels: Channels, access: Callable[[], Access]
    ) -> None:
        self._channels = channels
        self._access = access
        self._lines: dict[Channel, Line] = {}
        self.take_over(settings)

    def take_over(self, settings: ServiceSettings) -> None:
        """Other groups, peers and channels count."""
        self._groups = Groups(settings.mesh.groups, settings.channels)
        self._peers = Peers(settings.mesh.peers)

    def by_token(self, authorization: str | None) -> bool:
        """Whether it is its token that lets a client in, or does not."""
        return self._peers.by_token(self._access(), authorization)

    def grant(self, caller: Caller, authorization: str | None) -> Grant | None:
        """What a client may do; None for nobody we know."""
        return self._peers.grant(self._access(), authorization, caller.names, caller.host)

    def group(self, wire: str, node: Node) -> GroupSettings:
        """The group of a client.

        Raises:
            StreamError: it belongs to none, or its channel does not have the wire.
        """
        return self._groups.of(wire, node)

    def place(self, group: GroupSettings, grant: Grant) -> Place:
        """Where the clients of a group are served from.

        Raises:
            StreamError: nowhere yet, or this client may not.
        """
        name = group.channel
        if not grant.may(name, "subscribe"):
            reason = f"{grant.name} may not subscribe to {name!r}"
            raise StreamError("PERMISSION_DENIED", reason, refusal="role")
        channels = self._channels()
        if name not in channels:
            raise StreamError("UNAVAILABLE", f"channel {name!r} is not there yet")
        view = View.of((), group.namespaces, group.labels)
        return Place(self._line(channels[name]), self._line(channels[name + COMPANION]), view)

    def _line(self, channel: Channel) -> Line:
        if channel not in self._lines:
            there = set(self._channels().values())
            self._lines = {each: line for each, line in self._lines.items() if each in there}
            self._lines[channel] = Line(channel)
        return self._lines[channel]
