"""A channel line fed by hand, with real encodings, behind a real gRPC server."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from galley.mesh.server import MeshServer
from galley.mesh.stream import Stream
from galley.protocol.control import COMPANION, Form
from galley.server.access import Access
from galley.server.channel import Channel
from galley.server.counts import StreamCounts
from galley.settings import ChannelSettings, MeshSettings, ServiceSettings
from pipeline.encoding import MESH_WIRES, UncarriableError
from pipeline.model import Key, Resource
from tests.galley.stream.conftest import Line

CREATED = 1_500_000_000.0
"""When every resource was first published, as the worker of these tests tells it."""


@dataclass
class MeshLine(Line):
    """Plays the worker of a channel with wires."""

    wires: tuple[str, ...] = ("mcp", "istio", "envoy")
    last_rollback: int = 0

    def load(self) -> None:
        super().load()
        self.channel.wires([])
        self.tell_forms()

    def tell_forms(self) -> None:
        """All that is live, and that this is all."""
        self.channel.forms([self.form(each) for each in self.content.values()])
        self.channel.wires(list(self.wires))

    def replace(self, content: Mapping[Key, Resource], kind: str, restores: int = 0) -> int:
        changed = [each for key, each in content.items() if each != self.content.get(key)]
        self.channel.forms([self.form(each) for each in changed])
        if kind == "rollback":
            self.last_rollback = self.number + 1
        return super().replace(content, kind, restores)

    def note(self, kind: str = "publish", restores: int = 0) -> Any:
        if self.number == self.last_rollback:
            kind = "rollback"
        return super().note(kind, restores)._replace(rollback=self.last_rollback)

    def form(self, resource: Resource) -> Form:
        forms: dict[str, bytes] = {}
        collection = resource.key.collection
        for name in self.wires:
            wire = MESH_WIRES.get(name)
            if wire is None or not wire.carries(collection):
                continue
            try:
                encoded = wire.encode(resource, resource.document())
            except UncarriableError:
                continue
            forms[name] = wire.form(collection, encoded, CREATED)
        return Form(*resource.key, forms)


@dataclass
class Mesh:
    """One channel and its companion, served."""

    line: MeshLine
    observed: MeshLine
    settings: ServiceSettings
    access: Access = field(default_factory=lambda: Access(()))
    counts: StreamCounts = field(default_factory=StreamCounts)
    server: MeshServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = MeshServer(self.settings, self.channels, lambda: self.access, self.counts)

    @property
    def address(self) -> str:
        return self.server.address

    def channels(self) -> dict[str, Channel]:
        name = self.line.channel.name
        return {name: self.line.channel, name + COMPANION: self.observed.channel}

    def streams(self) -> list[Stream]:
        """Those that are open, the newest last."""
        return [each._stream for each in self.server._streams]

    def details(self) -> list[Any]:
        """The same with all their types."""
        return [member.detail() for member in self.line.channel.members]

    def subscribers(self) -> list[Any]:
        """As people see them, those of the channel itself."""
        return list(self.line.channel.members.subscribers())


@asynccontextmanager
async def serving(
    *resources: Resource,
    line: MeshLine | None = None,
    listen: str = "127.0.0.1:0",
    **mesh: Any,
) -> AsyncIterator[Mesh]:
    """A served channel that holds these resources; without any, nothing is published yet.

    Args:
        line: another than a new one.
        listen: where.
        mesh: settings under `mesh`.
    """
    channel = ChannelSettings(name="default", wires=("envoy", "istio", "mcp"))
    settings = ServiceSettings(mesh_listen=listen, channels=(channel,), mesh=MeshSettings(**mesh))
    served = Mesh(line or MeshLine(), MeshLine(), settings)
    if resources:
        served.line.publish(*resources)
    served.observed.publish()
    await served.server.start()
    try:
        yield served
    finally:
        await served.server.stop()
        await served.line.channel.close()
        await served.observed.channel.close()


def istio(kind: str, name: str, spec: Mapping[str, Any] | None = None, **labels: str) -> Resource:
    """`networking.istio.io/VirtualService` and the like, in namespace default."""
    key = Key(kind if "/" in kind else f"networking.istio.io/{kind}", "default", name)
    version = f"{key.collection.partition('/')[0]}/v1"
    return Resource.build(key, version, labels=labels, body={"spec": dict(spec or {})})


def virtual_services(names: Iterable[str]) -> list[Resource]:
    return [istio("VirtualService", name, {"hosts": [f"{name}.example.com"]}) for name in names]
