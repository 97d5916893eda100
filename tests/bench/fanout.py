"""From a commit to the last acknowledgement, beside the floor of the same bytes."""

import statistics
from typing import Any, NamedTuple

from tests.bench.bench import Bench, World, child
from tests.bench.child import Child
from tests.bench.figures import Row


class Round(NamedTuple):
    """One change to everybody, in seconds."""

    begun: float
    whole: float
    """From the file's rename to the last acknowledgement."""
    fan_out: float
    """From the commit to the last acknowledgement."""
    size: int
    """Bytes for each subscriber."""


async def fan_out(bench: Bench) -> None:
    """Every size and every crowd, alternating with the floors."""
    sizes = (bench.sizes.small, bench.sizes.medium, bench.sizes.large)
    worlds = [await bench.up(size) for size in sizes]
    async with child("crowd") as crowd, child("crowd") as others, child("floor") as floor:
        ports = await floor.ask("listen")
        before = await worlds[1].service.memory()
        for number in bench.sizes.crowds:
            for world in worlds:
                await subscribe(crowd, world, number)
            for kind in ("raw", "aiohttp"):
                await others.ask("connect", group=kind, kind=kind, port=ports[kind], count=number)
            await _rounds(bench, worlds, number, crowd, others, floor)
        after = await worlds[1].service.memory()
    each = (after - before) / bench.sizes.crowds[-1] / 1000
    bench.add(Row("memory per connected idle subscriber", "kB", (each,), 40))


async def subscribe(crowd: Child, world: World, count: int, **more: Any) -> None:
    """Let a crowd subscribe that has everything already."""
    given = {"group": world.name, "kind": "galley", "port": world.service.port, **more}
    await crowd.ask("connect", have=await world.service.have(), count=count, **given)


async def one_round(bench: Bench, world: World, crowd: Child, changed: int, row: str) -> Round:
    """Change a file, the same one in every world, and wait for everybody."""
    await crowd.ask("reset", group=world.name)
    begun = world.change(changed)
    committed = await world.committed(begun)
    acked = await world.acked(begun)
    report = await crowd.ask("report", group=world.name)
    bench.note_stall(row, world.service, begun, acked.seconds)
    seconds = (acked.seconds - begun, acked.seconds - committed.seconds)
    return Round(begun, *seconds, report["bytes"] // report["members"])


async def _rounds(
    bench: Bench, worlds: list[World], number: int, crowd: Child, others: Child, floor: Child
) -> None:
    ours: dict[World, list[Round]] = {world: [] for world in worlds}
    floors: dict[World, list[float]] = {world: [] for world in worlds}
    bare: list[float] = []
    row = f"fan-out to {number:,}"
    for turn in range(bench.sizes.rounds + 1):
        for world in worlds:
            ours[world].append(await one_round(bench, world, crowd, turn, row))
            await bench.pause()
            size = ours[world][-1].size
            await others.ask("reset", group="raw", size=size)
            floors[world].append((await floor.ask("raw", size=size))["seconds"])
            await bench.pause()
        bare.append((await floor.ask("aiohttp", size=ours[worlds[1]][-1].size))["seconds"])
        await bench.pause()
    for world in worlds:
        _report(bench, world, number, ours[world][1:], floors[world][1:])
    first, second = ours[worlds[1]][1:], ours[worlds[2]][1:]
    _report_bare(bench, number, first, bare[1:], floors[worlds[1]][1:])
    _report_growth(bench, worlds, number, first, second)


def _report(
    bench: Bench, world: World, number: int, ours: list[Round], floors: list[float]
) -> None:
    limit = 2.2 if number >= 1000 and world.count == bench.sizes.medium else None
    title = f"one change among {world.name}, commit to last ack of {number:,}"
    ratios = tuple(each.fan_out / floor for each, floor in zip(ours, floors, strict=True))
    note = f"floor {_ms(floors)} ms, {ours[0].size:,} bytes each"
    times = tuple(1000 * each.fan_out for each in ours)
    bench.add(Row(title, "ms", times, note=note))
    bench.add(Row(f"{title}, against the floor", "x", ratios, limit))
    whole = tuple(1000 * each.whole for each in ours)
    bench.add(Row(f"one change among {world.name}, rename to last ack of {number:,}", "ms", whole))


def _report_bare(
    bench: Bench, number: int, ours: list[Round], bare: list[float], floors: list[float]
) -> None:
    title = f"bare aiohttp to {number:,}, against the floor"
    ratios = tuple(each / floor for each, floor in zip(bare, floors, strict=True))
    against = statistics.median(a.fan_out / b for a, b in zip(ours, bare, strict=True))
    bench.add(Row(title, "x", ratios, note=f"{_ms(bare)} ms; ours is {against:.2f} x bare aiohttp"))


def _report_growth(
    bench: Bench, worlds: list[World], number: int, first: list[Round], second: list[Round]
) -> None:
    title = f"fan-out to {number:,} among {worlds[2].name} against {worlds[1].name}"
    ratios = tuple(b.fan_out / a.fan_out for a, b in zip(first, second, strict=True))
    note = f"{first[-1].size:,} and {second[-1].size:,} bytes each"
    bench.add(Row(title, "x", ratios, 1.4 if number >= 1000 else None, note))


def _ms(values: list[float]) -> str:
    return f"{1000 * statistics.median(values):.1f}"


async def filters(bench: Bench) -> None:
    """As many different namespace filters as subscribers, one of them concerned."""
    world = await bench.up(bench.sizes.medium)
    many = min(1000, bench.sizes.medium)
    times: dict[int, list[float]] = {}
    given: dict[str, Any] = {"group": "filters", "kind": "galley", "namespaces": True}
    async with child("crowd") as crowd:
        for number in (1, many):
            await crowd.ask("connect", port=world.service.port, count=number, **given)
            times[number] = []
            for _ in range(3 * bench.sizes.rounds + 1):
                begun = world.change(0)
                acked = await world.acked(begun)
                committed = await world.committed(begun)
                times[number].append(acked.seconds - committed.seconds)
                bench.note_stall("filters", world.service, begun, acked.seconds)
                await bench.pause()
    alone = statistics.median(times[1][1:])
    ratios = tuple(each / alone for each in times[many][1:])
    note = f"{_ms(times[many][1:])} ms against {1000 * alone:.1f} ms"
    bench.add(Row(f"{many:,} namespace filters, one concerned, against 1", "x", ratios, 2, note))


async def real_clients(bench: Bench) -> None:
    """Clients that decode, hash and keep everything."""
    world = await bench.up(bench.sizes.medium)
    async with child("real") as real:
        await real.ask("connect", url=world.service.address, count=bench.sizes.real)
        times = []
        for _ in range(bench.sizes.rounds + 1):
            begun = world.change()
            acked = await world.acked(begun)
            committed = await world.committed(begun)
            times.append(1000 * (acked.seconds - committed.seconds))
            bench.note_stall("real clients", world.service, begun, acked.seconds)
            await bench.pause()
    title = f"one change among {world.name}, commit to last ack of {bench.sizes.real} real clients"
    bench.add(Row(title, "ms", tuple(times[1:])))


async def first_states(bench: Bench) -> None:
    """Subscribers that open at once and have nothing."""
    for size, numbers in ((bench.sizes.small, (1, 100, 1000)), (bench.sizes.medium, (1, 100))):
        world = await bench.up(size)
        for number in (each for each in numbers if each <= bench.sizes.crowds[-1]):
            async with child("crowd") as crowd:
                given: dict[str, Any] = {"group": "new", "kind": "galley", "at_once": number}
                report = await crowd.ask("connect", port=world.service.port, count=number, **given)
            seconds = report["last"] - report["begun"]
            bench.note_stall("first state", world.service, report["begun"], report["last"])
            note = f"{report['bytes'] // number:,} bytes each"
            title = f"complete first state of {world.name} at {number:,} new subscribers at once"
            bench.add(Row(title, "s", (seconds,), note=note))
