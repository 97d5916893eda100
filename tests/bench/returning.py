"""Rollback of many resources to many subscribers, and many subscribers that come back at once."""

import statistics
import time
from typing import Any, NamedTuple

from tests.bench import generate
from tests.bench.bench import Bench, World, child, ready, until
from tests.bench.child import Child
from tests.bench.fanout import subscribe
from tests.bench.figures import Row


class Rolled(NamedTuple):
    """One rollback, in seconds from the request."""

    whole: float
    fan_out: float
    """From the commit."""
    size: int


async def rollback(bench: Bench) -> None:
    """The version before comes back, with and without compression; unmeasured, what was taken back
    is published again after each."""
    world = await bench.up(bench.sizes.medium)
    await _change_many(bench, world)
    count = bench.sizes.rolled_to
    async with child("crowd") as crowd, child("crowd") as others, child("floor") as floor:
        port = (await floor.ask("listen"))["raw"]
        await others.ask("connect", group="raw", kind="raw", port=port, count=count)
        await subscribe(crowd, world, count)
        plain, floors = [], []
        for _ in range(bench.sizes.rounds + 1):
            plain.append(await _roll(bench, world, crowd, world.name))
            await bench.pause()
            await others.ask("reset", group="raw", size=plain[-1].size)
            floors.append((await floor.ask("raw", size=plain[-1].size))["seconds"])
            await bench.pause()
        await crowd.ask("close", group=world.name)
        await subscribe(crowd, world, count, group="packed", zstd=True)
        packed = [await _roll(bench, world, crowd, "packed") for _ in range(bench.sizes.rounds + 1)]
    _report(bench, plain[1:], floors[1:], packed[1:])


async def reconnect(bench: Bench) -> None:
    """All subscribers at once after a restart, some changes behind."""
    world = await bench.up(bench.sizes.medium)
    count = bench.sizes.rolled_to
    times, full, sizes = [], 0, []
    async with child("crowd") as crowd:
        await subscribe(crowd, world, count)
        for _ in range(3):
            report = await _restarted(world, crowd)
            times.append(report["last"] - report["begun"])
            full += report["full"]
            sizes.append(report["bytes"] // count)
            bench.note_stall("reconnect", world.service, report["begun"], report["last"])
    note = f"{full} got the full state; {sizes[0]:,} bytes each, ten changes behind"
    title = f"{count:,} subscribers reconnect at once after a restart, until all are synced"
    bench.add(Row(title, "s", tuple(times), 3, note))
    bench.add(Row(f"of {count:,} that reconnect, got the full state", "", (full,), 0))


async def _restarted(world: World, crowd: Child) -> dict[str, Any]:
    await crowd.ask("leave", group=world.name)
    for _ in range(10):
        await world.committed(world.change())
    await world.service.stop()
    await world.service.start()
    await ready(world.service)
    await _until_synced(world)
    return await crowd.ask("reconnect", group=world.name, port=world.service.port)


async def _until_synced(world: World) -> None:
    """Wait until the source was read again, so that nothing else is going on."""

    async def synced() -> bool:
        glance = await world.service.channel()
        return all(source["state"] == "synced" for source in glance["sources"])

    await until(synced)


async def _change_many(bench: Bench, world: World) -> None:
    """Publish one version that changes as many resources as a rollback is to touch."""
    service, base = world.service, "/channels/default"
    await service.get(f"{base}/holds", "POST", reason="many changes in one version")
    world.revision += 1
    for number in range(bench.sizes.rolled):
        service.replace(generate.place(number), generate.text(number, world.revision))

    async def waiting() -> bool:
        return bool((await service.channel())["pending"] >= bench.sizes.rolled)

    await until(waiting)
    since = time.perf_counter()
    await service.get(f"{base}/holds", "DELETE")
    await world.committed(since)


async def _roll(bench: Bench, world: World, crowd: Child, group: str) -> Rolled:
    service, base = world.service, "/channels/default"
    before = (await service.channel())["version"] - 1
    await crowd.ask("reset", group=group)
    begun = time.perf_counter()
    asked = {"target": str(before), "reason": "measured", "wait": False}
    await service.get(f"{base}/rollback", "POST", **asked)
    acked = await world.acked(begun)
    committed = await world.committed(begun)
    report = await crowd.ask("report", group=group)
    bench.note_stall("rollback", service, begun, acked.seconds)
    since = time.perf_counter()
    asked = {"override_quarantine": True, "reason": "so that it can be measured again"}
    await service.get(f"{base}/publish", "POST", **asked, wait=False)
    await world.acked(since)
    seconds = (acked.seconds - begun, acked.seconds - committed.seconds)
    return Rolled(*seconds, report["bytes"] // report["members"])


def _report(bench: Bench, plain: list[Rolled], floors: list[float], packed: list[Rolled]) -> None:
    title = f"rollback over {bench.sizes.rolled:,} resources, {bench.sizes.rolled_to:,} subscribers"
    ratios = tuple(each.fan_out / floor for each, floor in zip(plain, floors, strict=True))
    whole = tuple(each.whole / floor for each, floor in zip(plain, floors, strict=True))
    note = f"floor {statistics.median(floors):.2f} s, {plain[0].size:,} bytes each"
    bench.add(Row(f"{title}, request to last ack", "s", tuple(each.whole for each in plain)))
    bench.add(Row(f"{title}, commit to last ack against the floor", "x", ratios, 1.6, note))
    bench.add(Row(f"{title}, request to last ack against the floor", "x", whole))
    ratio = plain[0].size / packed[0].size
    note = f"compressed {ratio:.1f} to 1, {packed[0].size:,} bytes each"
    times = tuple(each.whole for each in packed)
    bench.add(Row(f"{title}, zstd, request to last ack", "s", times, 2, note))
