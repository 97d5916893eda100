"""A cluster's objects, taken in by the source, beside listing the same pages and dropping them."""

import asyncio
import gc
import http.client
import json
import re
import ssl
import time
from collections.abc import Iterable
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
_TOKEN = re.compile(rb'"continue":"([^"]+)"')
ROUTES = [
    {"route": [{"destination": {"host": "reviews", "subset": f"v{number}"}}], "name": "x" * 60}
    for number in range(8)
]


async def lists(bench: Bench) -> None:
    """Every number of objects in turn, alternating with the floor."""
    if not where("kube-apiserver"):
        bench.notes["cluster-lists"] = "no kube-apiserver; see CONTRIBUTING.md"
        return
    gc.set_threshold(50_000, 20, 100)  # as a worker has it
    cluster = Cluster(_folder(bench.folder / "cluster"))
    try:
        await asyncio.to_thread(cluster.start)
        await asyncio.to_thread(cluster.install, "things", "Thing", "v1")
        settings = KubernetesSettings.model_validate(
            {
                "name": "cluster",
                "type": "kubernetes",
                "kubeconfig": cluster.kubeconfig(),
                "kinds": [f"{GROUP}/Thing"],
            }
        )
        there = 0
        for count in bench.sizes.objects:
            await _fill(cluster, range(there, count))
            there = count
            await _measure(bench, settings, count)
    finally:
        await asyncio.to_thread(cluster.stop)


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


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


async def _fill(cluster: Cluster, numbers: range) -> None:
    async with asyncio.TaskGroup() as tasks:
        for writer in range(WRITERS):
            mine = numbers[writer::WRITERS]
            tasks.create_task(asyncio.to_thread(_write, cluster, mine), name=f"writer {writer}")


def _write(cluster: Cluster, numbers: Iterable[int]) -> None:
    trust = ssl.create_default_context(cafile=str(cluster.authority))
    connection = http.client.HTTPSConnection("127.0.0.1", cluster.port, context=trust, timeout=60)
    headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
    for number in numbers:
        path = f"/apis/{GROUP}/v1/namespaces/default/things?fieldManager=bench"
        connection.request("POST", path, json.dumps(_thing(number)), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status == 201, said
    connection.close()


def _thing(number: int) -> dict[str, Any]:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Thing",
        "metadata": {"name": f"thing-{number}", "labels": {"app": "shop"}},
        "spec": {"hosts": [f"h{number}.example.com"], "http": ROUTES},
    }
