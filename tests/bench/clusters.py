"""A cluster's objects, taken in by the source, beside listing the same pages and dropping them."""

import asyncio
import gc
import http.client
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from pipeline.model import Batch
from sources.kubernetes import KubernetesSource
from sources.kubernetes.access import Access
from sources.kubernetes.selectors import Query
from sources.settings import KubernetesSettings
from tests.bench.bench import Bench
from tests.bench.figures import Row
from tests.cluster.server import ADMIN, GROUP, Cluster, where

WRITERS = 4
_EDGE = 2000
"""Bytes at either end of a page among which is what asks for the next one."""
PATH = f"/apis/{GROUP}/v1/things"
"""Of the Things of every namespace."""
_TOKEN = re.compile(rb'"continue":"([^"]+)"')
ROUTES = [
    {"route": [{"destination": {"host": "reviews", "subset": f"v{number}"}}], "name": "x" * 60}
    for number in range(8)
]


async def lists(bench: Bench) -> None:
    """Every number of objects in turn, alternating with the floor."""
    gc.set_threshold(50_000, 20, 100)  # as a worker has it
    async with cluster(bench.folder / "cluster-lists") as made:
        settings = KubernetesSettings.model_validate(source(made))
        there = 0
        for count in bench.sizes.objects:
            await fill(made, range(there, count))
            there = count
            await _measure(bench, settings, count)


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster of its own that serves Things and Plains, and has none.

    Raises:
        RuntimeError: there is no API server.
    """
    if not where("kube-apiserver"):
        raise RuntimeError("no kube-apiserver; see CONTRIBUTING.md")
    made = Cluster(_folder(folder))
    try:
        await asyncio.to_thread(made.start)
        await asyncio.to_thread(made.install, "things", "Thing", "v1")
        await asyncio.to_thread(made.install, "plains", "Plain", "v1")
        yield made
    finally:
        await asyncio.to_thread(made.stop)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def source(of: Cluster, kind: str = "Thing") -> dict[str, Any]:
    """Settings of a source that follows one kind."""
    access = {"type": "kubernetes", "kubeconfig": str(of.kubeconfig())}
    return {"name": "cluster", "kinds": [f"{GROUP}/{kind}"], **access}


async def _measure(bench: Bench, settings: KubernetesSettings, count: int) -> None:
    ratios, times, floors = [], [], []
    for _ in range(bench.sizes.rounds):
        floors.append(await _discard(settings))
        times.append(await _take(settings, count))
        ratios.append(times[-1] / floors[-1])
    title = f"{count:,} objects of a cluster, first list to first batch"
    note = f"floor {sorted(floors)[len(floors) // 2]:.2f} s"
    bench.add(Row(title, "s", tuple(times), note=note))
    bench.add(Row(f"{title}, against listing and dropping them", "x", tuple(ratios), 2))


async def _discard(settings: KubernetesSettings) -> float:
    """Seconds for the same pages, of which nothing is read but what asks for the next one."""
    access, token = Access(settings), b""
    begun = time.perf_counter()
    try:
        while True:
            query: Query = (("limit", str(settings.page)),)
            query += (("continue", token.decode()),) if token else ()
            async with access.stream(PATH, query) as pieces:
                page = b"".join([piece async for piece in pieces])
            found = _TOKEN.search(page[:_EDGE] + page[-_EDGE:])
            if found is None:
                return time.perf_counter() - begun
            token = found[1]
    finally:
        await access.close()


async def _take(settings: KubernetesSettings, count: int) -> float:
    """Seconds until the source has told all of them."""
    told = asyncio.Event()
    source = KubernetesSource(settings)
    begun = time.perf_counter()

    async def emit(batch: Batch) -> None:
        assert len(batch.changes) == count
        told.set()

    task = asyncio.create_task(source.run(emit), name="source")
    await told.wait()
    taken = time.perf_counter() - begun
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return taken


async def fill(of: Cluster, numbers: range) -> None:
    """Create so many Things."""
    async with asyncio.TaskGroup() as tasks:
        for writer in range(WRITERS):
            mine = numbers[writer::WRITERS]
            tasks.create_task(asyncio.to_thread(_write, of, mine), name=f"writer {writer}")


def _write(of: Cluster, numbers: Iterable[int]) -> None:
    with closing(Applying(of)) as applying:
        for number in numbers:
            applying.apply(thing(number))


class Applying:
    """A kept connection on which objects are applied, as `kubectl apply --server-side` does it."""

    def __init__(self, of: Cluster) -> None:
        trust = ssl.create_default_context(cafile=str(of.authority))
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", of.port, context=trust, timeout=60
        )

    def apply(self, said: dict[str, Any]) -> float:
        """Apply an object and wait for the answer; the moment at which it was asked for."""
        kind = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/apply-patch+yaml"}
        path = f"{path_of(said['kind'])}/{said['metadata']['name']}"
        body = json.dumps(said)
        begun = time.perf_counter()
        self._connection.request("PATCH", f"{path}?fieldManager=bench&force=true", body, kind)
        answer = self._connection.getresponse()
        told = answer.read()
        assert answer.status in {200, 201}, told
        return begun

    def close(self) -> None:
        self._connection.close()


def path_of(kind: str) -> str:
    """Where the objects of a kind are."""
    return f"/apis/{GROUP}/v1/namespaces/default/{kind.lower()}s"


def thing(number: int, revision: int = 0, kind: str = "Thing") -> dict[str, Any]:
    """One object, 1.0 kB encoded."""
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": kind,
        "metadata": {"name": f"thing-{number}", "labels": {"app": "shop"}},
        "spec": {"hosts": [f"h{number}.example.com"], "http": ROUTES, "revision": revision},
    }
