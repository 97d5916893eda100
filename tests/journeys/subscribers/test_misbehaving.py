"""Hundreds of subscribers of which most misbehave: the others do not notice."""

import asyncio
import os
import random
import statistics
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from galley.protocol.messages import (
    Ack,
    BucketDigests,
    Compare,
    Have,
    Heartbeat,
    Nack,
    Update,
)

Connect = Callable[[str], Awaitable[Any]]

GOOD = 100
EACH = int(os.environ.get("GALLEY_HOSTILE", "30"))
"""Subscribers of each kind that misbehaves."""
CHANGES = 8
MOST_GROWTH = 64 * 1024 * 1024
SLOWER = 8.0
"""How many times slower the good ones may be served; both ends share two busy cores."""


async def good(raw: Any, node: str, seen: list[int]) -> None:
    raw.subscribe(node)
    while True:
        seen.append((await raw.acknowledge()).note.number)


async def deaf(raw: Any, node: str) -> None:
    """Never reads."""
    raw.subscribe(node)


async def mute(raw: Any, node: str) -> int:
    """Reads, and never acknowledges."""
    raw.subscribe(node)
    return int(await raw.end())


async def refusing(raw: Any, node: str) -> None:
    """Refuses everything."""
    raw.subscribe(node)
    while True:
        update = await raw.update()
        raw.send(Nack(update.view, update.nonce, "invalid", "no", []))


async def lying(raw: Any, node: str) -> None:
    """Acknowledges another digest, and says that all its buckets are empty."""
    raw.subscribe(node)
    while True:
        message = await raw.receive()
        if isinstance(message, Update):
            raw.send(Ack(message.view, message.nonce, bytes(32)))
        elif isinstance(message, Compare):
            raw.send(BucketDigests(message.view, bytes(8 * 4096)))


async def boasting(raw: Any, node: str) -> int:
    """Says that it has what never was, and does not answer what exactly."""
    raw.subscribe(node, Have("no such lineage", 10**9, bytes(32)))
    return int(await raw.end())


async def babbling(raw: Any, node: str) -> int:
    """Sends what is no message."""
    raw.subscribe(node)
    raw.send_frame(random.Random(node).randbytes(100))
    return int(await raw.end())


async def texting(raw: Any, node: str) -> int:
    raw.send_frame(b"hello", opcode=0x1)
    return int(await raw.end())


async def huge(raw: Any, node: str) -> int:
    """Announces a frame of four gigabytes."""
    raw.writer.write(b"\x82\xff" + (4 * 2**30).to_bytes(8, "big") + bytes(4))
    return int(await raw.end())


async def unmasked(raw: Any, node: str) -> int:
    raw.writer.write(b"\x82\x01x")
    return int(await raw.end())


CLOSED_WITH = {
    babbling: 4000,
    texting: 1003,
    huge: 1009,
    unmasked: 1002,
    mute: 4002,
    boasting: 4002,
}
LEFT = [deaf, refusing, lying]


async def keep_alive(raws: list[Any]) -> None:
    while True:
        await asyncio.sleep(0.5)
        for raw in raws:
            raw.send(Heartbeat())


async def latencies(service: Any, seen: list[list[int]], text_of: Any, wait_until: Any) -> float:
    """Median seconds from a saved file to the last good subscriber."""
    taken, loop = [], asyncio.get_running_loop()
    for number in range(CHANGES):
        version = max(each[-1] for each in seen) + 1
        began = loop.time()
        service.write("a.yaml", text_of("a", x=f"{began}-{number}"))
        await wait_until(lambda version=version: all(each[-1] >= version for each in seen))
        taken.append(loop.time() - began)
    return statistics.median(taken)


@pytest.fixture
async def running_service(make_service: Callable[..., Any], texts_of: Any) -> Any:
    service = make_service()
    service.settings["stream"] = {"heartbeat": "1s", "slow_reader": "2s"}
    service.write("many.yaml", texts_of(f"m{n}" for n in range(1000)))
    service.write("a.yaml", texts_of(["a"]))
    await service.start()
    await service.live(1)
    return service


async def test_those_who_misbehave_do_not_touch_the_others(
    running_service: Any,
    connect: Connect,
    resident: Callable[[Any], int],
    text_of: Any,
    wait_until: Any,
) -> None:
    """G5: the good ones have everything, in order; the others a code or a state that says why."""
    service = running_service
    raws = [await connect(service.address) for _ in range(GOOD)]
    seen: list[list[int]] = [[] for _ in raws]
    async with asyncio.TaskGroup() as tasks:
        work = [
            tasks.create_task(good(raw, f"good-{n}", seen[n]), name=f"good {n}")
            for n, raw in enumerate(raws)
        ]
        work.append(tasks.create_task(keep_alive(raws), name="heartbeats"))
        await wait_until(lambda: all(seen))
        alone = await latencies(service, seen, text_of, wait_until)
        before = resident(service)
        closing = await misbehave(service, connect, tasks, (work, raws))
        beset = await latencies(service, seen, text_of, wait_until)
        assert beset < SLOWER * alone + 0.2
        for kind, task in closing:
            async with asyncio.timeout(30):
                code = await task
            assert code == CLOSED_WITH[kind], kind.__name__
        assert resident(service) - before < MOST_GROWTH
        await told_apart(service, wait_until)
        assert all(each == sorted(set(each)) for each in seen)
        for task in work:
            task.cancel()


async def misbehave(
    service: Any, connect: Connect, tasks: asyncio.TaskGroup, staying: Any
) -> list[tuple[Any, asyncio.Task[Any]]]:
    """Let them in; those that the server must close are given back."""
    closing, (work, raws) = [], staying
    for number in range(EACH):
        for kind in (*LEFT, *CLOSED_WITH):
            raw, node = await connect(service.address), f"{kind.__name__}-{number}"
            task: asyncio.Task[Any] = tasks.create_task(kind(raw, node), name=node)
            if kind is not deaf:
                raws.append(raw)
            if kind in CLOSED_WITH:
                closing.append((kind, task))
            else:
                work.append(task)
    return closing


async def told_apart(service: Any, wait_until: Any) -> None:
    """`/subscribers` has a word for everybody."""

    async def right() -> bool:
        found = await service.get("/subscribers")
        states: dict[str, set[str]] = {}
        for item in found:
            states.setdefault(item["node"].partition("-")[0], set()).add(item["state"])
        return (
            states.get("good") == {"synced"}
            and all(states.get(kind) == {"gone"} for kind in ("mute", "boasting", "deaf"))
            and states.get("refusing") == {"nacked"}
            and states.get("lying") == {"diverged"}
        )

    await wait_until(right)
    found = await service.get("/subscribers")
    assert {item["nack"] for item in found if item["node"].startswith("refusing-")} == {"no"}
