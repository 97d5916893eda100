"""A git repository as the source: first ready, from a push to the last subscriber, what looking
costs, and what a thousand commits leave behind in memory."""

import asyncio
import hashlib
import hmac
import json
import resource
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.bench.bench import Bench, World, child, ready, until
from tests.bench.child import Child
from tests.bench.fanout import subscribe
from tests.bench.figures import Row
from tests.bench.repository import Mirror, Repository
from tests.bench.service import Service
from tests.bench.starting import processor_seconds

SECRET = "a secret of the benchmark alone"
BETWEEN_HINTS = 3.2
"""Seconds between two webhooks: one that comes earlier has to wait."""
NEVER = "1d"
QUARTERS = 4
FLAT = 1.05
"""By how much memory may differ that does not grow."""


@dataclass
class Team:
    """A repository behind a server, as many as there are who follow it."""

    repository: Repository
    forge: Child
    url: str
    bench: Bench

    def service(self, name: str, interval: str) -> World:
        """A service that follows the repository; it has not been started."""
        hook = {"kind": "gitea", "secret": {"env": "BENCH_SECRET"}}
        place = {"type": "git", "url": self.url, "interval": interval}
        source = {"name": "team", **place, "webhook": hook}
        folder = self.bench.folder / f"following-{name}"
        return World(folder, self.bench.sizes.medium, channel={"sources": [source]})

    async def looks(self) -> int:
        """How often anybody has looked at the repository."""
        told: int = (await self.forge.ask("looks"))["looks"]
        return told


@asynccontextmanager
async def _team(bench: Bench, name: str) -> AsyncIterator[Team]:
    root = bench.folder / f"forge-{name}"
    root.mkdir()
    repository = Repository(root / "team.git", bench.sizes.medium)
    repository.fill(bench.sizes.history)
    async with child("forge") as forge:
        address = (await forge.ask("listen", root=str(root)))["address"]
        yield Team(repository, forge, f"{address}/team.git", bench)


@asynccontextmanager
async def _running(world: World) -> AsyncIterator[Service]:
    await world.service.start(environment={"BENCH_SECRET": SECRET})
    try:
        yield world.service
    finally:
        await world.service.stop()


async def pushes(bench: Bench) -> None:
    """First ready; then a commit at a time, beside `git fetch` of the same commit."""
    count, ours, alone = bench.sizes.rolled_to, [], []
    async with _team(bench, "pushes") as team, child("crowd") as crowd:
        world = team.service("pushes", NEVER)
        mirror = Mirror(bench.folder / "mirror.git", team.url)
        async with _running(world) as service:
            first = await ready(service)
            await subscribe(crowd, world, count)
            for _ in range(bench.sizes.rounds + 1):
                await asyncio.sleep(BETWEEN_HINTS)
                ours.append(await _pushed(bench, team, world))
                await bench.pause()
                alone.append(mirror.fetch())
    history = f"{world.name} manifests and {bench.sizes.history:,} commits"
    bench.add(Row(f"git: {history}, start to ready, both processors", "s", (first,)))
    title = f"git: one commit of one file among {world.name}, push to last ack of {count:,}"
    whole = tuple(1000 * each["whole"] for each in ours[1:])
    medians = {part: 1000 * statistics.median(each[part] for each in ours[1:]) for part in ours[0]}
    told = ", ".join(f"{part} {value:.1f}" for part, value in medians.items() if part != "whole")
    bench.add(Row(title, "ms", whole, note=told, details={"parts_ms": medians}))
    ratios = tuple(us["whole"] / git for us, git in zip(ours[1:], alone[1:], strict=True))
    note = f"git fetch {1000 * statistics.median(alone[1:]):.1f} ms"
    bench.add(Row(f"{title}, against git fetch alone", "x", ratios, 3, note))


async def _pushed(bench: Bench, team: Team, world: World) -> dict[str, float]:
    """One commit and its webhook; seconds by part."""
    team.repository.commit()
    begun = time.perf_counter()
    await _hint(world.service)
    acked = await world.acked(begun)
    read = await world.service.until("read", since=begun)
    committed = await world.committed(begun)
    bench.note_stall("git", world.service, begun, acked.seconds)
    return {
        "whole": acked.seconds - begun,
        "fetch and read": read.seconds - begun,
        "stages and commit": committed.seconds - read.seconds,
        "fan-out": acked.seconds - committed.seconds,
    }


async def _hint(service: Service) -> None:
    """Tell the service of a push, as Gitea does."""
    body = json.dumps({"ref": "refs/heads/main", "at": time.time_ns()}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Gitea-Event": "push", "X-Gitea-Signature": signature}
    headers["Content-Type"] = "application/json"
    url = f"{service.address}/api/v1/channels/default/sources/team/webhook"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        told: dict[str, Any] = await answer.json()
        if told.get("outcome") != "accepted":
            raise RuntimeError(f"the webhook was not accepted: {told}")


async def looks(bench: Bench) -> None:
    """What it costs to look at a repository in which nothing happens."""
    async with _team(bench, "looks") as team:
        mirror = Mirror(bench.folder / "mirror-of-looks.git", team.url)
        before = _children_seconds()
        for _ in range(bench.sizes.looks):
            mirror.look()
        alone = (_children_seconds() - before) / bench.sizes.looks
        world = team.service("looks", "300ms")
        async with _running(world) as service:
            await ready(service)
            await _looked(team, 2)  # what is left over from the start
            worked = _worked(service)
            count = await _looked(team, bench.sizes.looks)
            each = (_worked(service) - worked) / count
    title = f"git: looking at an unchanged repository of {world.name}, processor time"
    note = f"{1000 * each:.1f} ms a look, of {count}; git ls-remote alone {1000 * alone:.1f} ms"
    bench.add(Row(f"{title} above git ls-remote", "ms", (1000 * (each - alone),), 50, note))


async def _looked(team: Team, count: int) -> int:
    """Wait for so many looks; how many there were."""
    before = await team.looks()

    async def enough() -> bool:
        return await team.looks() - before >= count

    await until(enough)
    return await team.looks() - before


def _worked(service: Service) -> float:
    return sum(map(processor_seconds, (service.pid, *service.workers())))


def _children_seconds() -> float:
    """What the children of this process have worked that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def growth(bench: Bench) -> None:
    """Commits that are followed one by one, and the memory before and after."""
    warm = bench.sizes.history // 5
    async with _team(bench, "growth") as team:
        world = team.service("growth", "20ms")
        async with _running(world) as service:
            await ready(service)
            await _follow(team, world, warm)
            weights = [await service.memory("Rss")]
            for _ in range(QUARTERS):
                await _follow(team, world, bench.sizes.history // QUARTERS)
                weights.append(await service.memory("Rss"))
    title = f"git: memory after {bench.sizes.history:,} more commits, followed one by one"
    told = ", ".join(f"{each / 1e6:.1f}" for each in weights)
    note = f"{told} MB resident, from {warm} commits after the start by quarters"
    bench.add(Row(f"{title}, against before", "x", (weights[-1] / weights[0],), FLAT, note))


async def _follow(team: Team, world: World, count: int) -> None:
    for _ in range(count):
        begun = time.perf_counter()
        team.repository.commit()
        await world.committed(begun)
