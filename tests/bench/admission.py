"""How long a cluster waits for a word on a write, while nothing happens and while everything does.

Asked as an API server asks, over one kept connection with TLS; the channel's cluster is not there,
so that nothing else is timed. "Everything" is another rule, again and again: all resources are
analysed anew, and then another judge takes over.
"""

import asyncio
import contextlib
import itertools
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.bench import generate
from tests.bench.bench import Bench, World, ready, until
from tests.bench.figures import Row, percentile
from tests.cluster.server import free_port

LIMIT = 10.0
"""Milliseconds, for 99 of 100 writes."""
ELSEWHERE = 900_000
"""The number of a resource that no file holds."""
GROUP, VERSION = "networking.bench.example", "v1"
REVIEW = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}


async def writes(bench: Bench) -> None:
    """The same write, judged many times."""
    world = _world(bench)
    service = world.service
    await service.start()
    await ready(service)
    try:
        async with _asking(service.folder) as ask:
            await until(lambda: _answers(ask))
            quiet = [await _round(ask, 3) for _ in range(bench.sizes.rounds)]
            async with _analysing(world) as evaluated:
                busy = [await _round(ask, 10) for _ in range(bench.sizes.rounds)]
            _report(bench, world, quiet, busy, len(evaluated))
    finally:
        await service.stop()


def _world(bench: Bench) -> World:
    folder = bench.folder / "admitting"
    port = free_port()
    kubeconfig = folder / "kubeconfig"
    cluster = {
        "name": "cluster",
        "type": "kubernetes",
        "kubeconfig": str(kubeconfig),
        "kinds": [f"{GROUP}/*"],
        "required": False,
        "admission": {"url": f"https://127.0.0.1:{port}", "timeout": 5},
    }
    files = {"name": "files", "type": "files", "path": str(folder / "source"), "rescan": 3600}
    world = World(
        folder,
        bench.sizes.medium,
        channel={"sources": [files, cluster], "policies": [str(folder / "rules.yaml")]},
        service={"admission": {"listen": f"127.0.0.1:{port}"}},
    )
    world.service.source.mkdir(parents=True)
    generate.fill(world.service.source, world.count)
    _nowhere(kubeconfig)
    _rule(folder, 0)
    return world


def _nowhere(path: Path) -> None:
    """A kubeconfig of a cluster that is down."""
    cluster = {"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    users = [{"name": "u", "user": {"token": "t"}}]
    config = {"clusters": [cluster], "contexts": [context], "users": users, "current-context": "c"}
    path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **config}))


def _rule(folder: Path, number: int) -> None:
    """Another rule, which everything keeps."""
    rule = {"name": f"rule-{number}", "rule": "has(object.spec)", "message": "no spec"}
    fresh = folder / "rules.fresh"
    fresh.write_text(yaml.safe_dump({"policies": [rule]}))
    fresh.rename(folder / "rules.yaml")


class Asking:
    """An API server that asks about one write."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        document = yaml.safe_load(generate.text(ELSEWHERE, 1))
        kind = {"group": GROUP, "version": VERSION, "kind": document["kind"]}
        metadata = document["metadata"]
        self._request: dict[str, Any] = {
            "kind": kind,
            "resource": {"group": GROUP, "version": VERSION, "resource": "routes"},
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "operation": "UPDATE",
            "object": document,
            "oldObject": document,
        }

    async def ask(self, number: int) -> bool:
        """Whether there is an answer."""
        review = {**REVIEW, "request": {**self._request, "uid": str(number)}}
        async with self._session.post(self._url, json=review) as answer:
            told = await answer.json()
            return answer.status == 200 and told["response"]["uid"] == str(number)


@contextlib.asynccontextmanager
async def _asking(folder: Path) -> AsyncIterator[Asking]:
    made = folder / "data" / "admission"
    address = yaml.safe_load((folder / "galley.yaml").read_text())["admission"]["listen"]
    word = (made / "word").read_text().strip()
    trust = ssl.create_default_context(cafile=str(made / "current.pem"))
    connector = aiohttp.TCPConnector(ssl=trust, limit=1)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Asking(session, f"https://{address}/admit/default/cluster/{word}")


async def _answers(asking: Asking) -> bool:
    return await asking.ask(0)


async def _round(asking: Asking, seconds: float) -> list[float]:
    """Milliseconds of every answer, asked one after the other for so long."""
    found: list[float] = []
    ends = time.perf_counter() + seconds
    for number in itertools.count():
        begun = time.perf_counter()
        if begun > ends:
            return found
        assert await asking.ask(number), "a write was not judged"
        found.append(1000 * (time.perf_counter() - begun))
    return found


@contextlib.asynccontextmanager
async def _analysing(world: World) -> AsyncIterator[list[str]]:
    """Another rule as soon as the one before is in force; the environments that were."""
    seen: list[str] = []

    async def go_on() -> None:
        for number in itertools.count(1):
            before = (await world.service.channel())["environment"]

            async def changed(former: str = before) -> bool:
                return bool((await world.service.channel())["environment"] != former)

            _rule(world.service.folder, number)
            await until(changed)
            seen.append(before)

    task = asyncio.create_task(go_on(), name="rules")
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _report(
    bench: Bench, world: World, quiet: list[list[float]], busy: list[list[float]], analyses: int
) -> None:
    title = f"admission of a write to a channel of {world.name}, p99"
    for name, rounds in (("idle", quiet), ("everything analysed anew meanwhile", busy)):
        p99 = tuple(percentile(each, 0.99) for each in rounds)
        median = percentile([each for every in rounds for each in every], 0.5)
        note = f"median {median:.2g} ms, longest {max(map(max, rounds)):.0f} ms, "
        note += f"{sum(map(len, rounds)):,} writes"
        note += f", {analyses} analyses" if rounds is busy else ""
        bench.add(Row(f"{title}, {name}", "ms", p99, LIMIT, note))
