"""Several channels behind one mesh server, with tokens."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from galley.mesh.server import MeshServer
from galley.protocol.control import COMPANION
from galley.server.access import Access, Grant
from galley.server.channel import Channel
from galley.settings import ChannelSettings, MeshSettings, ServiceSettings
from pipeline.model import Resource
from tests.mesh.served import MeshLine

Contents = Mapping[str, Iterable[Resource]]


def access(**roles: str) -> Access:
    """A token for each name, the name written four times, with `channel:role`s."""
    return Access((digest(name), Grant(name, _roles(text))) for name, text in roles.items())


def token(name: str) -> str:
    return name * 4


def digest(name: str) -> bytes:
    return hashlib.sha256(token(name).encode()).digest()


def _roles(text: str) -> dict[str, frozenset[str]]:
    pairs = (each.partition(":") for each in text.split())
    return {channel: frozenset({role}) for channel, _, role in pairs}


@dataclass
class House:
    """What is served, and the settings in force."""

    settings: ServiceSettings
    lines: dict[str, MeshLine] = field(default_factory=dict)
    access: Access = field(default_factory=lambda: Access(()))
    server: MeshServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = MeshServer(self.settings, self.channels, lambda: self.access)

    def channels(self) -> dict[str, Channel]:
        return {name: line.channel for name, line in self.lines.items()}

    def add(self, name: str, resources: Iterable[Resource]) -> None:
        self.lines[name], self.lines[name + COMPANION] = MeshLine(), MeshLine()
        self.lines[name].publish(*resources)

    def reload(
        self, *, wires: Mapping[str, tuple[str, ...]] | None = None, **mesh: Any
    ) -> list[str]:
        """Other settings, as a reload of the service brings them."""
        self.settings = settings_of(wires or {"a": ("istio",)}, mesh)
        return self.server.take_over(self.settings)

    def retoken(self, access: Access) -> None:
        """Other tokens, as a reload of the service brings them."""
        lost, self.access = access.lost(self.access), access
        self.server.expel(lost)


def settings_of(wires: Mapping[str, tuple[str, ...]], mesh: Mapping[str, Any]) -> ServiceSettings:
    channels = tuple(
        ChannelSettings.model_validate({"name": name, "wires": each})
        for name, each in wires.items()
    )
    return ServiceSettings(
        mesh_listen="127.0.0.1:0", channels=channels, mesh=MeshSettings.model_validate(mesh)
    )


@asynccontextmanager
async def house(
    contents: Contents,
    *,
    wires: Mapping[str, tuple[str, ...]] | None = None,
    tokens: Access | None = None,
    **mesh: Any,
) -> AsyncIterator[House]:
    """Channels with these resources; each has the wire istio unless `wires` says otherwise."""
    given = wires or dict.fromkeys(contents, ("istio",))
    made = House(settings_of(given, mesh), access=tokens or Access(()))
    for name, resources in contents.items():
        made.add(name, resources)
    await made.server.start()
    try:
        yield made
    finally:
        await made.server.stop()
        for line in made.lines.values():
            await line.channel.close()
