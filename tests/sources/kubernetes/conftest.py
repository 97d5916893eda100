"""A namespace for each test, and a client that changes things there."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from sources.kubernetes import KubernetesSource
from sources.settings import KubernetesSettings
from sources.source import SourceContext
from tests.cluster.server import GROUP, Cluster, free_port

_numbers = itertools.count(1)


class Space:
    """A namespace of one test."""

    def __init__(self, cluster: Cluster, name: str = "") -> None:
        self.cluster = cluster
        self.name = name or f"space-{next(_numbers)}"
        cluster.request("POST", "/api/v1/namespaces", {"metadata": {"name": self.name}})

    def path(self, plural: str = "things", version: str = "v1") -> str:
        root = f"/apis/{GROUP}/{version}" if plural != "secrets" else "/api/v1"
        return f"{root}/namespaces/{self.name}/{plural}"

    def put(self, name: str, value: object = 0, **labels: str) -> Any:
        """Let there be a Thing with this value."""
        said = {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Thing",
            "metadata": {"name": name, "labels": labels},
            "spec": {"value": value},
        }
        path = f"{self.path()}/{name}?fieldManager=ann&force=true"
        return self.cluster.request("PATCH", path, said, "application/apply-patch+yaml")

    def finalizers(self, name: str, finalizers: list[str]) -> None:
        """Change of a Thing what is not taken in."""
        path = f"{self.path()}/{name}"
        item = self.cluster.request("GET", path)
        item["metadata"]["finalizers"] = finalizers
        self.cluster.request("PUT", path, item)

    def delete(self, name: str) -> None:
        self.cluster.request("DELETE", f"{self.path()}/{name}")

    def locator(self, name: str) -> str:
        return f"{GROUP}/Thing/{self.name}/{name}"


class Relay:
    """A way to the API server that can be cut while the server goes on."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.port = free_port()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    async def cut(self) -> None:
        if self._server:
            self._server.close()
        for each in self._writers:
            each.transport.abort()
        self._writers = []

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._cluster.port)
        self._writers += [writer, back]
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@pytest.fixture
async def relay(cluster: Cluster) -> AsyncIterator[Relay]:
    made = Relay(cluster)
    await made.mend()
    yield made
    await made.cut()


@pytest.fixture
def space(cluster: Cluster) -> Space:
    return Space(cluster)


@pytest.fixture
def follow(cluster: Cluster, space: Space) -> Callable[..., KubernetesSource]:
    """`follow()`: a source of the Things of this test's namespace; what else is said, is meant."""

    def make(context: SourceContext | None = None, /, **given: Any) -> KubernetesSource:
        settings = {
            "name": "team",
            "type": "kubernetes",
            "kubeconfig": cluster.kubeconfig(),
            "kinds": [f"{GROUP}/Thing"],
            "namespaces": [space.name],
            "rediscover": 1,
            **given,
        }
        return KubernetesSource(KubernetesSettings(**settings), context)

    return make
