"""The whole way: a resource is published, and a client over gRPC has it."""

import asyncio
from typing import Any

import grpc
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest, DiscoveryResponse

from tests.mesh.served import serving, virtual_services

METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
TYPE = "networking.istio.io/v1/VirtualService"


async def test_a_client_is_told_what_there_is_and_what_changes() -> None:
    async with (
        serving(*virtual_services(["a", "b"])) as mesh,
        grpc.aio.insecure_channel(mesh.address) as channel,
    ):
        call: Any = channel.stream_stream(METHOD)()
        await call.write(DiscoveryRequest(type_url=TYPE).SerializeToString())
        first = DiscoveryResponse.FromString(await call.read())
        assert len(first.resources) == 2
        await call.write(
            DiscoveryRequest(type_url=TYPE, response_nonce=first.nonce).SerializeToString()
        )
        mesh.line.publish(*virtual_services(["c"]))
        async with asyncio.timeout(5):
            second = DiscoveryResponse.FromString(await call.read())
        assert len(second.resources) == 3
        assert second.version_info != first.version_info
        call.cancel()
