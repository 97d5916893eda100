"""A small management server that says what a test tells it to: the harness is tried against it.

It answers in the order that Envoy needs, and gives endpoints right behind clusters, which is all
that it has in common with a real one: every change sends everything.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message

from tests.mesh.envoy.bootstrap import Json
from tests.mesh.envoy.configs import GROUPS
from tests.mesh.envoy.messages import message, message_of, url_of

DISCOVERY = "envoy.service.discovery.v3"
SERVICES = {
    f"{DISCOVERY}.AggregatedDiscoveryService": "AggregatedResources",
    "envoy.service.cluster.v3.ClusterDiscoveryService": "Clusters",
    "envoy.service.endpoint.v3.EndpointDiscoveryService": "Endpoints",
    "envoy.service.route.v3.RouteDiscoveryService": "Routes",
    "envoy.service.listener.v3.ListenerDiscoveryService": "Listeners",
}


class Reply(NamedTuple):
    """What a client said to an answer: `error` is empty where it was taken."""

    url: str
    nonce: str
    error: str


@dataclass
class Scripted:
    """What is served, and all that clients have said."""

    resources: dict[str, dict[str, Message]] = field(default_factory=dict)
    version: str = ""
    methods: list[str] = field(default_factory=list)
    headers: list[dict[str, str | bytes]] = field(default_factory=list)
    """The streams in the order in which they were opened, and what accompanied each."""
    nodes: list[Any] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    _inboxes: set["asyncio.Queue[Any]"] = field(default_factory=set)
    """A stream's requests as they come; None when there is something new, and this at the end."""

    def publish(self, version: str, manifests: Iterable[Json]) -> None:
        found: dict[str, dict[str, Message]] = {url_of(kind): {} for kind in GROUPS}
        for each in manifests:
            found[url_of(each["kind"])][each["metadata"]["name"]] = message_of(each)
        self.resources, self.version = found, version
        for inbox in self._inboxes:
            inbox.put_nowait(None)

    @property
    def refusals(self) -> list[Reply]:
        return [each for each in self.replies if each.error]

    async def stream(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """A stream of either dialect, which the first request tells."""
        inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._inboxes.add(inbox)
        reader = asyncio.create_task(self._read(requests, inbox), name="requests")
        talk = _Talk(self)
        try:
            while (request := await inbox.get()) is not self:
                for answer in talk.changed() if request is None else talk.heard(request):
                    yield answer
        finally:
            self._inboxes.discard(inbox)
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def _read(self, requests: AsyncIterator[Any], inbox: "asyncio.Queue[Any]") -> None:
        try:
            async for request in requests:
                if request.HasField("node"):
                    self.nodes.append(request.node)
                if request.response_nonce:
                    said = request.error_detail.message
                    self.replies.append(Reply(request.type_url, request.response_nonce, said))
                await inbox.put(request)
        finally:
            inbox.put_nowait(self)


class _Talk:
    """What one stream has asked for, and been given."""

    def __init__(self, server: Scripted) -> None:
        self._server = server
        self._names: dict[str, set[str]] = {}
        self._sent: dict[str, set[str]] = {}
        self._delta = False
        self._nonce = 0

    def heard(self, request: Any) -> list[Any]:
        url = request.type_url
        self._delta = request.DESCRIPTOR.name.startswith("Delta")
        before = self._names.get(url)
        if self._delta:
            after = (before or set()) | set(request.resource_names_subscribe)
            after -= set(request.resource_names_unsubscribe)
        else:
            after = set(request.resource_names)
        self._names[url] = after
        news = before is None or not after <= before
        return [self._answer(url)] if news and self._server.version else []

    def changed(self) -> list[Any]:
        return [self._answer(url) for url in map(url_of, GROUPS) if url in self._names]

    def _answer(self, url: str) -> Any:
        self._nonce += 1
        names, version = self._names[url], self._server.version
        found = self._server.resources[url].items()
        wanted = {name: each for name, each in found if not names or name in names}
        gone, self._sent[url] = self._sent.get(url, set()) - wanted.keys(), set(wanted)
        bodies = {name: any_pb2.Any() for name in wanted}
        for name, body in bodies.items():
            body.Pack(wanted[name])
        common: Json = {"type_url": url, "nonce": str(self._nonce)}
        if not self._delta:
            name = f"{DISCOVERY}.DiscoveryResponse"
            return message(name, version_info=version, resources=bodies.values(), **common)
        resources = [
            message(f"{DISCOVERY}.Resource", name=name, version=version, resource=body)
            for name, body in bodies.items()
        ]
        name = f"{DISCOVERY}.DeltaDiscoveryResponse"
        common |= {"system_version_info": version, "removed_resources": sorted(gone)}
        return message(name, resources=resources, **common)


@contextlib.asynccontextmanager
async def scripted(
    credentials: Any = None, *, port: int = 0
) -> AsyncIterator[tuple[Scripted, int]]:
    """A server on a port of loopback, with all services in both dialects.

    `credentials` are those of `grpc.ssl_server_credentials`.
    """
    made = Scripted()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                service, {f"{way}{what}": _handler(made, way, what) for way in ("Stream", "Delta")}
            )
            for service, what in SERVICES.items()
        ]
    )
    where = f"127.0.0.1:{port}"
    if credentials:
        port = server.add_secure_port(where, credentials)
    else:
        port = server.add_insecure_port(where)
    await server.start()
    try:
        yield made, port
    finally:
        await server.stop(None)


def _handler(made: Scripted, way: str, what: str) -> Any:
    delta = "Delta" if way == "Delta" else ""
    request = type(message(f"{DISCOVERY}.{delta}DiscoveryRequest"))

    async def stream(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        made.methods.append(way + what)
        made.headers.append(dict(context.invocation_metadata()))
        async for answer in made.stream(requests):
            yield answer

    return grpc.stream_stream_rpc_method_handler(
        stream,
        request_deserializer=request.FromString,
        response_serializer=lambda answer: answer.SerializeToString(),
    )
