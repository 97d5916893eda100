"""What clients of plain xDS share: they do what a test says, and Envoy's part without an Envoy.

They speak for any node, on the aggregated stream or on a type's own, and know nothing of what the
resources mean, except for the name of each.
"""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from envoy.config.core.v3 import base_pb2

from tests.mesh.doubles import messages
from tests.mesh.doubles.client import Client
from tests.mesh.doubles.messages import RESOURCE_URL, TYPE_PREFIX, Message, Status
from tests.mesh.doubles.pauses import Pauses
from tests.mesh.doubles.transport import Connection, Dialling

CLUSTER = f"{TYPE_PREFIX}envoy.config.cluster.v3.Cluster"
ENDPOINTS = f"{TYPE_PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment"
LISTENER = f"{TYPE_PREFIX}envoy.config.listener.v3.Listener"
ROUTE = f"{TYPE_PREFIX}envoy.config.route.v3.RouteConfiguration"
SECRET = f"{TYPE_PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret"

_SERVICES = {
    CLUSTER: ("cluster", "Cluster", "Clusters"),
    ENDPOINTS: ("endpoint", "Endpoint", "Endpoints"),
    LISTENER: ("listener", "Listener", "Listeners"),
    ROUTE: ("route", "Route", "Routes"),
    SECRET: ("secret", "Secret", "Secrets"),
}
FULL_STATE = frozenset((CLUSTER, LISTENER))
"""Types of which a response of the state of the world is all there is."""
INVALID_ARGUMENT = 3


def method(type_url: str, *, delta: bool = False) -> str:
    """The path of a type's own service."""
    package, one, many = _SERVICES[type_url]
    verb = "Delta" if delta else "Stream"
    return f"/envoy.service.{package}.v3.{one}DiscoveryService/{verb}{many}"


@dataclass(frozen=True)
class Held:
    """A resource that a client has; the version is its own in delta, that of the type otherwise."""

    version: str
    type_url: str
    body: bytes


@dataclass
class Subscription:
    """What a client asks for of a type."""

    names: set[str] = field(default_factory=set)
    nonce: str = ""
    """Of the last response on this stream."""


def name_of(packed: Message) -> str:
    """Of what is in an `Any`: an `istio.mcp.v1alpha1.Resource`, or one of Envoy's resources."""
    if packed.type_url == RESOURCE_URL:
        return str(messages.Resource.FromString(packed.value).metadata.name)
    return str(messages.Named.FromString(packed.value).name)


class XdsClient(Client):
    """What both protocols share: subscriptions by type, which every new stream begins with."""

    def __init__(
        self,
        address: str | Connection,
        *,
        node: Message | str = "test",
        method: str = "",
        node_once: bool = True,
        pauses: Pauses | None = None,
        dialling: Dialling | None = None,
    ) -> None:
        """Prepare.

        Args:
            address: of the server, or a connection to share.
            node: a `core.v3.Node`, or its id.
            method: the path of the call; the aggregated one unless told otherwise.
            node_once: whether only the first request of a stream has the node.
            pauses: between streams; without, there is one stream and no other.
            dialling: how to connect.
        """
        super().__init__(address, dialling=dialling or Dialling(), pauses=pauses)
        self.method = method or self.method
        self.node = base_pb2.Node(id=node) if isinstance(node, str) else node
        self.subscriptions: dict[str, Subscription] = {}
        self.resources: defaultdict[str, dict[str, Held]] = defaultdict(dict)
        self.versions: dict[str, str] = {}
        """Of the last response that was accepted, by type."""
        self._node_once = node_once
        self._node_due = True

    async def has(self, type_url: str, version: str, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until a version of a type was accepted."""
        await self.until(lambda: self.versions.get(type_url) == version, timeout)

    async def send(self, request: Message) -> None:
        if self._node_due and not request.HasField("node"):
            request.node.CopyFrom(self.node)
            self._node_due = not self._node_once
        await super().send(request)

    def _opening(self) -> Iterable[Message]:
        self._node_due = True
        for subscription in self.subscriptions.values():
            subscription.nonce = ""
        return [self._first(url) for url in self.subscriptions]

    @abstractmethod
    def _first(self, type_url: str) -> Message: ...

    async def _send_if_open(self, request: Message) -> None:
        """A stream that is yet to come begins with all subscriptions anyway."""
        if self._stream is not None:
            await self.send(request)

    def _subject(self, message: Message) -> str:
        return str(message.type_url)

    def _take(self, response: Message) -> Message:
        problem = self._problem(response)
        if problem:
            return self._nack(response, Status(code=INVALID_ARGUMENT, message=problem))
        self._apply(response)
        return self._ack(response)

    def _problem(self, response: Message) -> str:
        """What Envoy refuses whatever the type is."""
        names = self._names(response)
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            return f"duplicate resources: {', '.join(twice)}"
        strange = {each.type_url for each in self._packed(response)} - {response.type_url}
        if strange and RESOURCE_URL not in strange:
            return f"type of a response of {response.type_url}: {', '.join(sorted(strange))}"
        return ""

    @abstractmethod
    def _names(self, response: Message) -> list[str]: ...

    @abstractmethod
    def _packed(self, response: Message) -> list[Message]: ...

    @abstractmethod
    def _apply(self, response: Message) -> None: ...

    @abstractmethod
    def _ack(self, response: Message) -> Message: ...


def detail(status: Message) -> dict[str, Any]:
    """As the request's own class of status takes it."""
    return {"code": status.code, "message": status.message}
