"""A cluster beside files of the same objects: from a change to the last subscriber, and memory."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeAlias

from sources.kubernetes.access import Access
from sources.settings import KubernetesSettings
from tests.bench import clusters
from tests.bench.bench import Bench, World, child, ready
from tests.bench.clusters import Applying, path_of, thing
from tests.bench.fanout import subscribe
from tests.bench.figures import Row, short
from tests.bench.service import Service
from tests.cluster.server import Cluster, where

Measure: TypeAlias = Callable[[], Awaitable[float]]
PARTS = ("apply, event and read", "stages and commit", "fan-out")


class Pair(NamedTuple):
    """Two services over the same objects."""

    cluster: Cluster
    applied: World
    """What follows the cluster."""
    saved: World
    """What follows files."""


async def applies(bench: Bench) -> None:
    """The same change on both ways in turns, beside a bare watch on another kind."""
    count, rounds = bench.sizes.rolled_to, []
    async with _pair(bench, "applies") as pair, child("crowd") as crowd:
        for name, world in (("applied", pair.applied), ("saved", pair.saved)):
            await subscribe(crowd, world, count, group=name)
        with closing(Applying(pair.cluster)) as applying:
            async with _bare(pair.cluster, applying) as bare:
                for revision in range(1, bench.sizes.rounds + 2):
                    took = await _round(bench, pair, applying, revision)
                    rounds.append({**took, "bare watch": await bare()})
                    await bench.pause()
        started = await _kubectl(bench, pair.cluster)
    _report(bench, count, rounds[1:])
    bench.add(Row("kubectl apply of one object, start of kubectl to its end", "ms", started))


async def memory(bench: Bench) -> None:
    """What the same objects take above the same service that follows none, of either source."""
    async with _pair(bench, "memory") as pair:
        bare = []
        for name, sources in (
            ("cluster", [clusters.source(pair.cluster, "Plain")]),
            ("files", [{"name": "files", "type": "files", "path": str(_empty(bench))}]),
        ):
            service = Service(bench.folder / f"none-{name}", channel={"sources": sources})
            await service.start()
            await ready(service)
            bare.append(await service.memory())
            await service.stop()
        full = [await world.service.memory() for world in (pair.applied, pair.saved)]
    count = pair.applied.count
    ours, theirs = ((whole - none) / count for whole, none in zip(full, bare, strict=True))
    title = f"memory of an object of a cluster, of {count:,}, against the same objects in files"
    above = " and ".join(f"{none / 1e6:.0f}" for none in bare)
    note = f"{ours:.0f} and {theirs:.0f} bytes each, above {above} MB"
    bench.add(Row(title, "x", (ours / theirs,), 1, note))


@asynccontextmanager
async def _pair(bench: Bench, name: str) -> AsyncIterator[Pair]:
    count, folder = bench.sizes.medium, bench.folder / f"cluster-{name}"
    async with clusters.cluster(folder / "cluster") as cluster:
        await clusters.fill(cluster, range(count))
        sources = [clusters.source(cluster)]
        applied = World(folder / "applied", count, channel={"sources": sources})
        saved = World(folder / "saved", count)
        saved.service.source.mkdir(parents=True)
        for number in range(count):
            (saved.service.source / _file(number)).write_text(json.dumps(thing(number)))
        try:
            for world in (applied, saved):
                await world.service.start()
                await ready(world.service)
            digests = {(await world.service.have())[2] for world in (applied, saved)}
            assert len(digests) == 1, "the cluster and the files hold different things"
            yield Pair(cluster, applied, saved)
        finally:
            await applied.service.stop()
            await saved.service.stop()


def _file(number: int) -> str:
    return f"thing-{number}.json"


def _empty(bench: Bench) -> Path:
    folder = bench.folder / "no-files"
    folder.mkdir()
    return folder


async def _round(bench: Bench, pair: Pair, applying: Applying, revision: int) -> dict[str, float]:
    """One object changed on both ways; seconds by what they are from and to."""
    said = thing(0, revision)
    begun = await asyncio.to_thread(applying.apply, said)
    acked = await pair.applied.acked(begun)
    read = await pair.applied.service.until("read", since=begun)
    committed = await pair.applied.committed(begun)
    bench.note_stall("cluster", pair.applied.service, begun, acked.seconds)
    await bench.pause()
    saved = pair.saved.service.replace(_file(0), json.dumps(said))
    last = await pair.saved.acked(saved)
    await bench.pause()
    return {
        "apply": acked.seconds - begun,
        "save": last.seconds - saved,
        "apply, event and read": read.seconds - begun,
        "stages and commit": committed.seconds - read.seconds,
        "fan-out": acked.seconds - committed.seconds,
    }


@asynccontextmanager
async def _bare(cluster: Cluster, applying: Applying) -> AsyncIterator[Measure]:
    """Seconds from an apply to its event at a watch that reads nothing, as often as asked; of
    another kind, so that no service hears of it."""
    access = Access(KubernetesSettings.model_validate(clusters.source(cluster, "Plain")))
    seen: asyncio.Queue[float] = asyncio.Queue()
    revisions = itertools.count(1)

    async def watch() -> None:
        async with access.stream(path_of("Plain"), (("watch", "1"),)) as pieces:
            async for piece in pieces:
                if piece.endswith(b"\n"):
                    seen.put_nowait(time.perf_counter())

    async def measure() -> float:
        said = thing(0, next(revisions), "Plain")
        begun = await asyncio.to_thread(applying.apply, said)
        return await seen.get() - begun

    await asyncio.to_thread(applying.apply, thing(0, kind="Plain"))
    watching = asyncio.create_task(watch(), name="bare watch")
    try:
        await seen.get()  # the object as it is
        yield measure
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await access.close()


async def _kubectl(bench: Bench, cluster: Cluster) -> tuple[float, ...]:
    """Milliseconds that kubectl takes for the same, of which the request is a small part."""
    path, times = bench.folder / "plain.json", []
    for revision in range(bench.sizes.rounds):
        path.write_text(json.dumps(thing(0, -revision, "Plain")))
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(str(where("kubectl")), "apply", "--server-side", "--force-conflicts"),
            *("--kubeconfig", str(cluster.kubeconfig()), "--filename", str(path)),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0
        times.append(1000 * (time.perf_counter() - begun))
    return tuple(times)


def _report(bench: Bench, count: int, rounds: list[dict[str, float]]) -> None:
    medians = {part: 1000 * median(each[part] for each in rounds) for part in rounds[0]}
    title = f"one object among {bench.sizes.medium:,} of a cluster, apply to last ack of {count:,}"
    parts = ", ".join(f"{part} {short(medians[part])}" for part in PARTS)
    whole = tuple(1000 * each["apply"] for each in rounds)
    bench.add(Row(title, "ms", whole, note=parts, details={"parts_ms": medians}))
    ratios = tuple(each["apply"] / (each["bare watch"] + each["save"]) for each in rounds)
    note = f"bare watch {short(medians['bare watch'])} ms, files {short(medians['save'])} ms"
    against = "against a bare watch's event and the same of files, rename to last ack"
    bench.add(Row(f"{title}, {against}", "x", ratios, 1.5, note))
