"""An xDS client whose answers a test decides: it acknowledges, or refuses with a reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest, DiscoveryResponse

METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
TYPE = "networking.istio.io/v1/VirtualService"
GATEWAYS = "networking.istio.io/v1/Gateway"


class Client:
    """A state-of-the-world client that answers as the test says."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def ask(self, type_url: str = TYPE) -> None:
        request = DiscoveryRequest(type_url=type_url)
        request.node.id = "envoy-1"
        await self._call.write(request.SerializeToString())

    async def take(self) -> DiscoveryResponse:
        async with asyncio.timeout(10):
            return DiscoveryResponse.FromString(await self._call.read())

    async def answer(self, response: DiscoveryResponse, error: str = "") -> None:
        request = DiscoveryRequest(type_url=response.type_url, response_nonce=response.nonce)
        if error:
            request.error_detail.code = 3
            request.error_detail.message = error
        await self._call.write(request.SerializeToString())


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    async with grpc.aio.insecure_channel(address) as channel:
        call: Any = channel.stream_stream(METHOD)()
        try:
            yield Client(call)
        finally:
            call.cancel()
