"""A sink that says exactly what a test says, over the real wire."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.mesh.doubles.messages import Message, RequestResources, Resources
from tests.mesh.doubles.sink import METHOD
from tests.mesh.doubles.transport import Connection, End, Stream
from tests.mesh.served import Mesh

DEADLINE = 10.0
ROUTES = "istio/networking/v1alpha3/virtualservices"
RULES = "istio/networking/v1alpha3/destinationrules"
FENCE = "istio/networking/v1alpha3/sidecars"
"""Nothing is ever published here: its answer says that nothing else was due before it."""


class Raw:
    """One stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    async def say(
        self,
        collection: str = ROUTES,
        nonce: str = "",
        *,
        error: str | None = None,
        code: int = 3,
        held: Mapping[str, str] | None = None,
        incremental: bool = False,
        sink: Mapping[str, Any] | None = None,
    ) -> None:
        request = RequestResources(
            sink_node=sink,
            collection=collection,
            response_nonce=nonce,
            initial_resource_versions=held or {},
            incremental=incremental,
        )
        if error is not None:
            request.error_detail.code = code
            request.error_detail.message = error
        await self.stream.send(request.SerializeToString())

    async def hear(self) -> Message:
        """The next response."""
        async with asyncio.timeout(DEADLINE):
            data = await self.stream.receive()
        assert not isinstance(data, End), data
        return Resources.FromString(data)

    async def ask(self, collection: str = ROUTES, **given: Any) -> Message:
        """Subscribe; the first response, which must be about that."""
        await self.say(collection, **given)
        response = await self.hear()
        assert response.collection == collection
        return response

    async def ack(self, response: Message, **given: Any) -> None:
        await self.say(response.collection, response.nonce, **given)

    async def nothing(self) -> None:
        """Nothing is due: what is asked for next is answered next."""
        fence = await self.ask(FENCE)
        await self.ack(fence)
        assert not fence.resources

    async def end(self) -> End:
        async with asyncio.timeout(DEADLINE):
            data = await self.stream.receive()
        assert isinstance(data, End), Resources.FromString(data)
        return data


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Raw]:
    """A stream of its own connection."""
    async with Connection(address) as connection:
        assert await connection.ready()
        stream = connection.open(METHOD)
        yield Raw(stream)
        stream.cancel()


def names(response: Message) -> list[str]:
    return sorted(resource.metadata.name for resource in response.resources)


async def shows(mesh: Mesh, **facts: object) -> None:
    """Wait until the one client of the channel is shown so: an answer takes a moment."""
    shown: dict[str, object] = {}
    try:
        async with asyncio.timeout(DEADLINE):
            while shown != facts:
                await asyncio.sleep(0.005)
                (status,) = mesh.subscribers()
                shown = {name: getattr(status, name) for name in facts}
    except TimeoutError:
        raise AssertionError(shown) from None
