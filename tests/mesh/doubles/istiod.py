"""A current istiod as a client of MCP over xDS (`pkg/adsc`, `pilot/pkg/config/memory`)."""

import time
from collections.abc import Iterable

from envoy.config.core.v3 import base_pb2
from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf.message import DecodeError

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles import messages
from tests.mesh.doubles.client import Client
from tests.mesh.doubles.messages import RESOURCE_URL, Message
from tests.mesh.doubles.pauses import Exponential, Pauses
from tests.mesh.doubles.stored import (
    Change,
    Judge,
    Name,
    Stored,
    epoch,
    in_revision,
    kind,
    now,
    stored,
    unreadable,
)
from tests.mesh.doubles.transport import Dialling

METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
MESH_CONFIG = "core/v1alpha1/MeshConfig"
DEBUG = "istio.io/debug"

_TODAY = (
    "security.istio.io/v1/AuthorizationPolicy",
    "networking.istio.io/v1/DestinationRule",
    "networking.istio.io/v1alpha3/EnvoyFilter",
    "networking.istio.io/v1/Gateway",
    "security.istio.io/v1/PeerAuthentication",
    "networking.istio.io/v1beta1/ProxyConfig",
    "security.istio.io/v1/RequestAuthentication",
    "networking.istio.io/v1/ServiceEntry",
    "networking.istio.io/v1/Sidecar",
    "telemetry.istio.io/v1/Telemetry",
    "extensions.istio.io/v1alpha1/TrafficExtension",
    "networking.istio.io/v1/VirtualService",
    "extensions.istio.io/v1alpha1/WasmPlugin",
    "networking.istio.io/v1/WorkloadEntry",
    "networking.istio.io/v1/WorkloadGroup",
)
_BEFORE_V1 = {
    "networking.istio.io/v1/": "networking.istio.io/v1alpha3/",
    "security.istio.io/v1/": "security.istio.io/v1beta1/",
    "telemetry.istio.io/v1/": "telemetry.istio.io/v1alpha1/",
}


def types(release: str) -> tuple[str, ...]:
    """The type URLs of configuration that a release asks for, in its order."""
    minor = int(release.split(".")[1])
    asked = [each for each in _TODAY if minor >= 30 or not each.endswith("/TrafficExtension")]
    return tuple(asked if minor >= 24 else map(_old, asked))


def _old(url: str) -> str:
    for today, before in _BEFORE_V1.items():
        if url.startswith(today):
            return before + url.removeprefix(today)
    return url


class UnreachableServerError(Exception):
    """There was no server when istiod started, which makes it exit."""


class Istiod(Client):
    """Asks for all types at once, replaces each by what it receives, and ACKs whatever it was.

    It exits if there is no server at its start, and once started never gives up its store. It
    never refuses, unless a test makes it.
    """

    method = METHOD
    request = discovery_pb2.DiscoveryRequest
    response = discovery_pb2.DiscoveryResponse

    def __init__(
        self,
        address: str,
        *,
        release: str = "1.30",
        revision: str = "",
        namespace: str = "istio-system",
        pod: str = "test-1",
        ip: str = "10.0.0.7",
        valid: Judge = lambda *_: True,
        pauses: Pauses | None = None,
        dialling: Dialling | None = None,
    ) -> None:
        """Prepare.

        Args:
            address: of the server.
            release: of Istio, from 1.11 on.
            revision: its own, by which it leaves out resources of others.
            namespace: of its pod.
            pod: its name.
            ip: its first private address.
            valid: Istio's validation; what fails it is dropped, or stays as it was.
            pauses: between streams; istiod's backoff unless told otherwise.
            dialling: how to connect; as istiod does unless told otherwise.
        """
        super().__init__(
            address,
            dialling=dialling or Dialling(max_message=(1 << 31) - 1),
            pauses=Exponential() if pauses is None else pauses,
        )
        self.types = types(release)
        self.store: dict[str, dict[Name, Stored]] = {url: {} for url in self.types}
        self.versions: dict[str, str] = {}
        """The `version_info` that was last received, by type."""
        self.synced_types: set[str] = set()
        self.events: list[Change] = []
        """What was written to the store."""
        self.dropped: list[tuple[str, str]] = []
        """Type and name of what could not be read or was invalid."""
        self.mesh_config: bytes | None = None
        """Received, never used."""
        self.revision = revision
        self._node = _node(
            f"sidecar~{ip}~{pod}.{namespace}~{namespace}.svc.cluster.local", revision
        )
        self._valid = valid
        self._born = time.monotonic()

    @property
    def has_synced(self) -> bool:
        """Whether each type but MeshConfig was answered once; reconnecting does not undo it."""
        return self.synced_types.issuperset(self.types)

    async def synced(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        await self.until(lambda: self.has_synced, timeout)

    async def has(self, type_url: str, version: str, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until a version of a type was received."""
        await self.until(lambda: self.versions.get(type_url) == version, timeout)

    async def _start(self) -> None:
        if not await self.connection.ready():
            raise UnreachableServerError(self.connection.address)

    def _opening(self) -> Iterable[Message]:
        """As if it knew nothing; only the first has the node, and all a time for a nonce."""
        for number, url in enumerate((MESH_CONFIG, *self.types)):
            node = None if number else self._node
            yield self.request(type_url=url, node=node, response_nonce=self._go_time())

    def _go_time(self) -> str:
        """As Go writes the present."""
        at = now().strftime("%Y-%m-%d %H:%M:%S.%f")
        return f"{at}123 +0000 UTC m=+{time.monotonic() - self._born:.9f}"

    def _subject(self, message: Message) -> str:
        return str(message.type_url)

    def _take(self, response: Message) -> Message | None:
        url = response.type_url
        if url == MESH_CONFIG and response.resources:
            self.mesh_config = response.resources[0].value
            return None
        self.versions[url] = response.version_info
        if url in self.store:
            self._replace(url, response.resources)
            self.synced_types.add(url)
        if url.startswith(DEBUG):
            return None
        return self.request(
            type_url=url,
            version_info=response.version_info,
            response_nonce=response.nonce,
            node=self._node,
        )

    def _replace(self, url: str, packed: Iterable[Message]) -> None:
        """What is not there, or not readable, is deleted."""
        existing = set(self.store[url])
        received = set()
        for item in packed:
            resource = self._read(url, item)
            if resource is not None:
                namespace, _, own = resource.metadata.name.partition("/")
                name = (namespace, own)
                received.add(name)
                self._put(url, name, resource)
        for name in existing - received:
            del self.store[url][name]
            self.events.append(Change("delete", url, name))

    def _read(self, url: str, packed: Message) -> Message | None:
        if packed.type_url.rpartition("/")[2] != kind(RESOURCE_URL):
            self.dropped.append((url, packed.type_url))
            return None
        try:
            resource = messages.Resource.FromString(packed.value)
        except DecodeError:
            self.dropped.append((url, ""))
            return None
        if not in_revision(resource, self.revision):
            return None
        named = resource.metadata.name.count("/") == 1
        if not named or unreadable(resource, Generation.TODAY):
            self.dropped.append((url, resource.metadata.name))
            return None
        return resource

    def _put(self, url: str, name: Name, resource: Message) -> None:
        """An equal version hides what else changed; none is always new, for one was invented."""
        old = self.store[url].get(name)
        if old is not None and old.version == resource.metadata.version:
            return
        if not self._valid(url, name, resource):
            self.dropped.append((url, resource.metadata.name))
            return
        self.store[url][name] = self._kept(resource)
        self.events.append(Change("update" if old else "add", url, name))

    def _kept(self, resource: Message) -> Stored:
        """Go does not mind a creation time that is none; here it counts as absent."""
        version = self._go_time()
        try:
            return stored(resource, without_time=epoch(), version=version)
        except ValueError:
            resource.metadata.ClearField("create_time")
            return stored(resource, without_time=epoch(), version=version)

    def _nack(self, response: Message, status: Message) -> Message:
        """What istiod does not do yet."""
        return self.request(
            type_url=response.type_url,
            version_info=self.versions.get(response.type_url, ""),
            response_nonce=response.nonce,
            node=self._node,
            error_detail={"code": status.code, "message": status.message},
        )


def _node(identity: str, revision: str) -> Message:
    node = base_pb2.Node(id=identity)
    node.metadata.update({"GENERATOR": "api", "ISTIO_VERSION": "65536.65536.65536"})
    if revision:
        node.metadata.update({"ISTIO_REVISION": revision})
    return node
