"""From nothing to ready, on one core; and what a ready service weighs."""

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from sources.manifests import Manifests
from sources.settings import FilesSettings
from sources.source import SourceContext
from tests.bench import generate
from tests.bench.bench import Bench, World, ready
from tests.bench.figures import Row
from tests.bench.service import Service

CORE = 0
ALONE = """
import pathlib, sys, time, yaml
begun = time.perf_counter()
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
print(time.perf_counter() - begun, time.process_time())
"""
"""The floor: read every file and let PyYAML's C loader make objects of it, and nothing else."""


async def cold(bench: Bench) -> None:
    """Cold starts of the middle size beside the floor, then one of the largest and smallest."""
    medium = bench.world(bench.sizes.medium)
    ratios, cpus, times = [], [], []
    for number in range(bench.sizes.cold):
        seconds, cpu = await _alone(medium.service.source)
        if number:
            await medium.service.stop()
            medium.service = _again(medium, number)
        took = await _started(bench, medium)
        times.append(took)
        ratios.append(took / seconds)
        worked = map(processor_seconds, (medium.service.pid, *medium.service.workers()))
        cpus.append(sum(worked) / cpu)
    title = f"cold start, {medium.name} files to ready, on one core"
    bench.add(Row(title, "s", tuple(times)))
    against = f"{title}, against reading and yaml.load alone"
    bench.add(Row(against, "x", tuple(ratios), 1.5))
    bench.add(Row(f"{against}, processor time", "x", tuple(cpus), note="imports of both included"))
    large = bench.world(bench.sizes.large)
    took = await _started(bench, large)
    bench.add(Row(f"cold start, {large.name} files to ready, on one core", "s", (took,)))
    title = f"cold start of {large.name} against {medium.name}"
    grown = bench.sizes.large / bench.sizes.medium
    bench.add(Row(title, "x", tuple(took / each for each in times), 1.1 * grown))
    took = await _started(bench, bench.world(bench.sizes.small))
    bench.add(Row(f"cold start, {bench.sizes.small:,} files to ready, on one core", "s", (took,)))


async def starts(bench: Bench) -> None:
    """From the command to ready with every processor, the imports included."""
    for size in (bench.sizes.small, bench.sizes.medium):
        world, times = bench.world(size), []
        for number in range(bench.sizes.cold):
            service = _beside(world, bench.folder / f"start-{size}-{number}")
            await service.start()
            times.append(await ready(service))
            await service.stop()
        bench.add(Row(f"start, {world.name} files to ready, both processors", "s", tuple(times)))


async def with_schemas(bench: Bench) -> None:
    """The same with a schema for every kind."""
    medium = bench.world(bench.sizes.medium)
    schemas = bench.folder / "crds"
    generate.schemas(schemas)
    times, ratios = [], []
    for number in range(bench.sizes.cold):
        service = _beside(medium, bench.folder / f"schemas-{number}", schemas=[str(schemas)])
        seconds, _ = await _alone(medium.service.source)
        await service.start(core=CORE)
        times.append(await ready(service))
        ratios.append(times[-1] / seconds)
        glance = await service.channel()
        await service.stop()
    title = f"cold start with schemas, {medium.name} files, against yaml.load alone"
    told = f"{glance['resources']:,} resources, {glance['warnings']} warnings"
    note = f"{statistics.median(times):.2f} s; {told}"
    bench.add(Row(title, "x", tuple(ratios), 1.5, note))


async def memory(bench: Bench) -> None:
    """What all processes take above the same processes with an empty channel."""
    empty = Service(bench.folder / "empty")
    await empty.start()
    await ready(empty)
    bare = await empty.memory()
    await empty.stop()
    world = await bench.up(bench.sizes.large)
    full = await world.service.memory()
    each = encoded_bytes()
    ratio = (full - bare) / (each * world.count)
    note = f"{(full - bare) / 1e6:.0f} MB above {bare / 1e6:.0f} MB bare; {each:.0f} bytes each"
    title = f"memory, {world.name} resources ready, against their encoded bytes"
    bench.add(Row(title, "x", (ratio,), 4, note))


def encoded_bytes(sample: int = 997) -> float:
    """Bytes of an encoded resource, on average."""
    manifests = Manifests(FilesSettings(name="files", path=Path()), SourceContext())
    sizes = []
    for number in range(sample):
        read = manifests.read(generate.place(number), generate.text(number).encode())
        sizes += [len(each.resource.content) for each in getattr(read, "resources", ())]
    return sum(sizes) / len(sizes)


def processor_seconds(pid: int) -> float:
    """What a process has worked so far, and those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


async def _started(bench: Bench, world: World) -> float:
    await world.service.start(core=CORE)
    took = await ready(world.service)
    bench.note_stall("cold start", world.service, world.service.begun, time.perf_counter())
    world.service.unpin()
    await bench.pause()
    return took


def _beside(world: World, folder: Path, **channel: Any) -> Service:
    """Another service over a world's files."""
    source = {"name": "files", "type": "files", "path": str(world.service.source)}
    return Service(folder, channel={"sources": [source], **channel})


def _again(world: World, number: int) -> Service:
    """Another service over the same files, with a store of its own."""
    fresh = Service(world.service.folder.with_name(f"of-{world.count}-{number}"))
    fresh.folder.mkdir()
    world.service.source.rename(fresh.source)
    return fresh


async def _alone(source: Path) -> tuple[float, float]:
    """Seconds, and seconds of processor time, of the floor."""
    process = await asyncio.create_subprocess_exec(
        *("taskset", "-c", str(CORE), sys.executable, "-c", ALONE, str(source)),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    seconds, cpu = map(float, told.split())
    return seconds, cpu
