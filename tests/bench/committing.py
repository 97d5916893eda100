"""From rename(2) to the durable commit, by part; what a change costs the store; and what another
channel's flood does to it."""

import os
import signal
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.bench import generate
from tests.bench.bench import Bench, World, ready
from tests.bench.figures import Row, percentile, short
from tests.bench.starting import processor_seconds

PARTS = {"notification": "noticed", "read": "read", "stages": "staged", "commit": "committed"}
"""Part to the event that ends it."""
SLOW_STORE = "store.staged=sleep:1000", "store.before-commit=sleep:1000"


async def commits(bench: Bench) -> None:
    """The largest and the smallest size in turns."""
    worlds = [await bench.up(size) for size in (bench.sizes.small, bench.sizes.large)]
    parts: dict[World, list[dict[str, float]]] = {world: [] for world in worlds}
    for _ in range(bench.sizes.commits + 1):
        for world in worlds:
            parts[world].append(await _timed(bench, world))
    for world in worlds:
        _report(bench, world, parts[world][1:], limits=world.count == bench.sizes.large)
    small, large = (
        statistics.median(each["whole"] for each in parts[world][1:]) for world in worlds
    )
    title = f"rename to commit among {worlds[1].name} against {worlds[0].name}"
    bench.add(Row(title, "x", (large / small,), 2))


async def growth(bench: Bench) -> None:
    """Bytes that the store grows by a change."""
    world = await bench.up(bench.sizes.large)
    store = world.service.folder / "data" / "default.db"
    before, rows = _weigh(store)
    for _ in range(bench.sizes.growth):
        await world.committed(world.change())
    after, more = _weigh(store)
    each = (after - before) / bench.sizes.growth
    per_change = {name: (more[name] - rows[name]) / bench.sizes.growth for name in more}
    told = ", ".join(f"{count:g} {name}" for name, count in per_change.items() if count >= 0.1)
    title = f"store growth per change among {world.name}, over {bench.sizes.growth:,}"
    bench.add(Row(title, "kB", (each / 1000,), 6, f"rows: {told}"))


async def isolation(bench: Bench) -> None:
    """A channel's way to the commit for as long as another loads everything into a slow store."""
    large = bench.world(bench.sizes.large)
    world = World(bench.folder / "isolated", bench.sizes.small)
    world.service.source.mkdir(parents=True)
    generate.fill(world.service.source, world.count)
    slow = ",".join(f"big:{step}" for step in SLOW_STORE)
    await world.service.start(environment={"GALLEY_FAILPOINTS": slow})
    bench.worlds[-1] = world
    await ready(world.service)
    idle = [await _spaced(bench, world) for _ in range(bench.sizes.commits // 4 + 5)]
    median = statistics.median(idle[1:])
    load = Load(world, large.service.source)
    seen: dict[str, list[float]] = {}
    while (phase := load.phase()) and load.seconds() < bench.sizes.loading:
        seen.setdefault(phase, []).append(await _spaced(bench, world) / median)
    ratios = tuple(each for ratios in seen.values() for each in ratios)
    told = ", ".join(f"{phase} {_brief(ratios)}" for phase, ratios in seen.items())
    note = f"{1000 * median:.1f} ms idle; {load.told()}; while {told}"
    title = f"rename to commit while another channel loads {large.name} into a slow store"
    bench.add(Row(title, "x", ratios, 3, note, {"phases": seen}))
    await world.service.stop()


class Load:
    """Another channel of a running service, which has much to load."""

    ENDS: ClassVar = {"reading": "read", "checking": "staged", "storing": "committed"}
    """Phase to the event that ends it."""

    def __init__(self, world: World, source: Path) -> None:
        self._service = world.service
        self._own = set(world.service.workers())
        self._begun = time.perf_counter()
        add_channel(world, source)

    def seconds(self) -> float:
        """How long ago it began."""
        return time.perf_counter() - self._begun

    def phase(self) -> str:
        """What it does now; empty once it has loaded."""
        self._service.look()
        done = {each.event for each in self._service.stamps if each.pid not in self._own}
        return next((phase for phase, end in self.ENDS.items() if end not in done), "")

    def told(self) -> str:
        """Whether it went on all the while, and how much of a processor it had."""
        pids = set(self._service.workers()) - self._own
        share = sum(map(processor_seconds, pids)) / self.seconds()
        state = "ended after" if not self.phase() else "went on for all of"
        return f"the load {state} {self.seconds():.0f} s with {share:.0%} of a processor"


async def _spaced(bench: Bench, world: World) -> float:
    """One change some time after the one before; its seconds."""
    await bench.pause()
    return (await _timed(bench, world))["whole"]


def _brief(ratios: Sequence[float]) -> str:
    """Median and p99."""
    return f"{statistics.median(ratios):.2f} x (p99 {percentile(ratios, 0.99):.2f})"


async def _timed(bench: Bench, world: World) -> dict[str, float]:
    """One change, seconds by part."""
    begun = world.change()
    committed = await world.committed(begun)
    pid, parts, last = committed.pid, {"whole": committed.seconds - begun}, begun
    for part, event in PARTS.items():
        stamps = world.service.between(event, begun, committed.seconds)
        ends = [each.seconds for each in stamps if each.pid == pid] or [last]
        parts[part] = ends[0] - last
        last = ends[0]
    bench.note_stall("rename to commit", world.service, begun, committed.seconds)
    return parts


def _report(bench: Bench, world: World, parts: Sequence[dict[str, float]], *, limits: bool) -> None:
    title = f"one change among {world.name}, rename to durable commit"
    medians = {part: 1000 * statistics.median(each[part] for each in parts) for part in PARTS}
    told = ", ".join(f"{part} {short(value)}" for part, value in medians.items())
    whole = tuple(1000 * each["whole"] for each in parts)
    details: dict[str, object] = {"parts_ms": medians}
    bench.add(Row(title, "ms", whole, 15 if limits else None, told, details))
    p99 = percentile(whole, 0.99)
    bench.add(Row(f"{title}, p99", "ms", (p99,), 50 if limits else None))


def _weigh(store: Path) -> tuple[int, dict[str, int]]:
    """Bytes of the store after a checkpoint of its log, and its rows by table."""
    connection = sqlite3.connect(store)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        count = "SELECT count(*) FROM "
        rows = {name: connection.execute(f'{count}"{name}"').fetchone()[0] for name in names}
    finally:
        connection.close()
    return store.stat().st_size, rows


def add_channel(world: World, source: Path) -> None:
    """Tell the service of another channel."""
    path = world.service.folder / "galley.yaml"
    settings: dict[str, Any] = yaml.safe_load(path.read_text())
    big = {"name": "big", "sources": [{"name": "files", "type": "files", "path": str(source)}]}
    settings["channels"].append(big)
    path.write_text(yaml.safe_dump(settings))
    os.kill(world.service.pid, signal.SIGHUP)
