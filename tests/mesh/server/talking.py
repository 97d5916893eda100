"""Streams to a mesh server that say exactly what a test says, over real gRPC."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import grpc
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest, DiscoveryResponse

SOTW = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
DELTA = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
MCP = "/istio.mcp.v1alpha1.ResourceSource/EstablishResourceStream"
URL = "networking.istio.io/v1/VirtualService"
DEADLINE = 10.0


class Ended(NamedTuple):
    """How a stream ended: name of the code, and what the server said."""

    code: str
    details: str


class Talk:
    """One stream; a state-of-the-world one has `ask`, `hear` and `take`."""

    def __init__(self, call: Any) -> None:
        self.call = call
        self.nonce = ""

    async def say(self, data: bytes) -> None:
        """Say it, unless the stream is over already; why, `ended` tells."""
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await self.call.write(data)

    async def read(self) -> bytes | None:
        """The next message as it comes; None: the stream is over."""
        async with asyncio.timeout(DEADLINE):
            data = await self.call.read()
        return None if data is grpc.aio.EOF else bytes(data)

    async def ended(self) -> Ended:
        """Wait for its end, whatever comes before."""
        try:
            while await self.read() is not None:
                pass
        except grpc.aio.AioRpcError:
            pass
        async with asyncio.timeout(DEADLINE):
            return Ended((await self.call.code()).name, await self.call.details())

    async def ask(self, url: str = URL, *names: str, **said: Any) -> None:
        """A DiscoveryRequest; `node` is an id, or whatever a Node has."""
        node = said.pop("node", {})
        request = DiscoveryRequest(type_url=url, resource_names=names, **said)
        for name, value in ({"id": node} if isinstance(node, str) else node).items():
            part = getattr(request.node, name)
            if isinstance(value, dict):
                part.update(value) if name == "metadata" else _fill(part, value)
            else:
                setattr(request.node, name, value)
        await self.say(request.SerializeToString())

    async def hear(self) -> DiscoveryResponse:
        """The next response; not acknowledged."""
        data = await self.read()
        assert data is not None, await self.ended()
        response = DiscoveryResponse.FromString(data)
        self.nonce = response.nonce
        return response

    async def ack(self, response: DiscoveryResponse, *names: str, error: str = "") -> None:
        said: dict[str, Any] = {"error_detail": {"message": error}} if error else {}
        await self.ask(response.type_url, *names, response_nonce=response.nonce, **said)

    async def take(self) -> DiscoveryResponse:
        """Receive and acknowledge the next response."""
        response = await self.hear()
        await self.ack(response)
        return response


def _fill(message: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        setattr(message, name, value)


@asynccontextmanager
async def dialled(
    address: str, *options: tuple[str, Any], credentials: grpc.ChannelCredentials | None = None
) -> AsyncIterator["Dialled"]:
    """A connection of its own."""
    own = (("grpc.use_local_subchannel_pool", 1), *options)
    channel = (
        grpc.aio.secure_channel(address, credentials, options=own)
        if credentials
        else grpc.aio.insecure_channel(address, options=own)
    )
    async with channel:
        yield Dialled(channel)


class Dialled:
    """A connection; streams are opened on it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    def talk(self, method: str = SOTW, *, token: str = "") -> Talk:
        """A new stream."""
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        return Talk(self._channel.stream_stream(method)(metadata=metadata))


def names(response: DiscoveryResponse) -> set[str]:
    """What istio's resources in it are called."""
    return {_named(each.value) for each in response.resources}


def _named(value: bytes) -> str:
    metadata = value[2 : 2 + value[1]]
    return metadata[2 : 2 + metadata[1]].decode()


async def until(condition: Any, *, within: float = DEADLINE) -> None:
    """Wait until something holds that tells nobody."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110  # there is nothing that would set an event
            await asyncio.sleep(0.005)


def mesh_tasks() -> Iterable[str]:
    """Names of what still runs for streams."""
    every = (task.get_name() for task in asyncio.all_tasks())
    return [name for name in every if "mesh" in name or "HandleExceptions" in name]
