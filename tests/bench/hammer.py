"""Is every change published? `python -m tests.bench.hammer`; `--help` lists what makes it harder.

Changes files in every way that editors, programs and orchestrators do, one at a time and in bursts,
while another channel of the same service loads, the settings are read again and the processors are
busy. A real client waits for each change; one that does not arrive in time is told with what the
service did meanwhile, and the exit code is 1. The rescan is too far off to help.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import yaml

from galley.client import Client
from tests.bench import generate
from tests.bench.bench import World, ready
from tests.bench.committing import SLOW_STORE, add_channel
from tests.bench.figures import percentile

EVENTS = ("noticed", "read", "staged", "committed", "live")


class Seen:
    """What a subscriber has of every resource."""

    def __init__(self) -> None:
        self.revisions: dict[str, int] = {}
        self._news = asyncio.Condition()

    async def follow(self, url: str) -> None:
        """Keep up with a channel, for ever."""
        async with Client(url, node="hammer") as client:
            async for update in client:
                for resource in update.upserts.values():
                    annotations = resource.document().annotations
                    revision = annotations["bench.example/revision"]
                    self.revisions[resource.key.name] = int(revision)
                async with self._news:
                    self._news.notify_all()

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait for something to be seen; whether it was."""
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            return False
        return True


class Hammer:
    """Changes the files of one service."""

    def __init__(self, world: World, seen: Seen, deadline: float) -> None:
        self.world = world
        self.seen = seen
        self.deadline = deadline
        self.done: Counter[str] = Counter()
        self.waits: list[float] = []
        self.lost = 0
        self._source = world.service.source
        self._numbers = 0
        self._ways = (
            self.rename_in,
            self.rename_beside,
            self.rename_same_time,
            self.rewrite,
            self.rewrite_slowly,
            self.rewrite_same_time,
            self.twice,
            self.editor,
            self.new_folder,
        )

    async def once(self) -> None:
        """One change, or a burst of them; each is waited for."""
        await asyncio.sleep(random.choice((0.0, 0.001, 0.01, 0.1, 0.5, 0.7)) * random.random())
        count = random.choice((1, 1, 1, 2, 5, 30))
        wanted, ways = {}, Counter[str]()
        begun, clock = time.monotonic(), time.perf_counter()
        for number in random.sample(range(self.world.count), count):
            way = random.choice(self._ways)
            ways[way.__name__] += 1
            self.world.revision += 1
            await way(number, self.world.revision)
            wanted[f"config-{number:06d}"] = self.world.revision
        self.done += ways
        if await self.seen.until(lambda: not self._missing(wanted), self.deadline):
            self.waits.append(time.monotonic() - begun)
        else:
            self._tell(self._missing(wanted), ways, clock)

    def _missing(self, wanted: dict[str, int]) -> dict[str, int]:
        held = self.seen.revisions
        return {name: each for name, each in wanted.items() if held.get(name) != each}

    def _tell(self, missing: dict[str, int], ways: Counter[str], clock: float) -> None:
        self.lost += len(missing)
        service = self.world.service
        told = {
            event: [
                f"{1000 * (each.seconds - clock):.1f} {' '.join(each.facts)}"
                for each in service.between(event, clock, time.perf_counter())
            ]
            for event in EVENTS
        }
        print(f"NOT PUBLISHED {missing}, changed by {dict(ways)}", flush=True)
        for event, moments in told.items():
            print(f"  {event}: {moments[:20]}", flush=True)
        for name, revision in missing.items():
            held, number = self.seen.revisions.get(name), int(name.rpartition("-")[2])
            text = (self._source / generate.place(number)).read_text()
            there = f'"{revision:08d}"' in text
            print(f"  {name}: the subscriber has {held}, the file is right: {there}", flush=True)
        print((service.folder / "log").read_text()[-1500:], flush=True)

    # The ways in which files are changed.

    def _texts(self, number: int, revision: int) -> tuple[Path, str]:
        return self._source / generate.place(number), generate.text(number, revision)

    async def rename_in(self, number: int, revision: int) -> None:
        """From outside the folder: one notification."""
        self.world.service.replace(generate.place(number), generate.text(number, revision))

    async def rename_beside(self, number: int, revision: int) -> None:
        path, text = self._texts(number, revision)
        fresh = path.with_suffix(".tmp")
        fresh.write_text(text)
        fresh.rename(path)

    async def rename_same_time(self, number: int, revision: int) -> None:
        """Another file of the same size and time."""
        path, text = self._texts(number, revision)
        before, fresh = path.stat(), self.world.service.folder / "same"
        fresh.write_text(text)
        os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
        fresh.rename(path)

    async def rewrite(self, number: int, revision: int) -> None:
        path, text = self._texts(number, revision)
        path.write_text(text)

    async def rewrite_slowly(self, number: int, revision: int) -> None:
        """In two pieces with a pause."""
        path, text = self._texts(number, revision)
        with path.open("w") as file:
            file.write(text[:700])
            file.flush()
            await asyncio.sleep(0.03 * random.random())
            file.write(text[700:])

    async def rewrite_same_time(self, number: int, revision: int) -> None:
        """The same file with the same size and time, without truncation."""
        path, text = self._texts(number, revision)
        before = path.stat()
        with path.open("r+") as file:
            file.write(text)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    async def twice(self, number: int, revision: int) -> None:
        """Something else first, and at once what counts: the later is not lost in the earlier."""
        path, text = self._texts(number, revision)
        other = random.choice((self.rename_in, self.rewrite))
        await other(number, 99_000_000 + revision % 1000)
        await asyncio.sleep(random.choice((0.0, 0.0, 0.001, 0.005, 0.01, 0.02)) * random.random())
        if random.random() < 0.5:
            path.write_text(text)
        else:
            await self.rename_in(number, revision)

    async def editor(self, number: int, revision: int) -> None:
        """The file is renamed away and written anew."""
        path, text = self._texts(number, revision)
        backup = path.with_suffix(".yaml~")
        path.rename(backup)
        path.write_text(text)
        backup.unlink()

    async def new_folder(self, number: int, revision: int) -> None:
        """The folder is new, and a file in it is changed as soon as it is there."""
        path, text = self._texts(number, revision)
        self._numbers += 1
        away = path.parent.with_name(f".away-{self._numbers}")
        path.parent.rename(away)
        path.parent.mkdir()
        for each in away.iterdir():
            shutil.copy(each, path.parent)
        await asyncio.sleep(random.choice((0.0, 0.001, 0.003, 0.01)) * random.random())
        path.write_text(text)
        shutil.rmtree(away)


async def _reload(world: World, every: float) -> None:
    """Read the settings again and again; every other time the sources start anew."""
    path = world.service.folder / "galley.yaml"
    for number in itertools.count():
        await asyncio.sleep(every * random.random() * 2)
        settings: dict[str, Any] = yaml.safe_load(path.read_text())
        settings["channels"][0]["sources"][0]["settle"] = 0.01 + number // 2 % 2 * 0.001
        path.write_text(yaml.safe_dump(settings))
        os.kill(world.service.pid, signal.SIGHUP)


@contextlib.asynccontextmanager
async def _beside(*tasks: Any) -> AsyncIterator[None]:
    running = [asyncio.create_task(each) for each in tasks]
    try:
        yield
        for each in running:
            if each.done():
                each.result()
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextlib.asynccontextmanager
async def _burning(count: int) -> AsyncIterator[None]:
    """Processes that do nothing but work."""
    command = (sys.executable, "-c", "while True: pass")
    burners = [await asyncio.create_subprocess_exec(*command) for _ in range(count)]
    try:
        yield
    finally:
        for each in burners:
            each.kill()
            await each.wait()


async def hammer(folder: Path, given: argparse.Namespace) -> int:
    """Change files until the time or the count is over; how many changes did not arrive."""
    world = World(folder / "hammered", given.files)
    service = world.service
    service.source.mkdir(parents=True)
    generate.fill(service.source, world.count)
    slow = ",".join(f"big:{step}" for step in SLOW_STORE)
    await service.start(environment={"GALLEY_FAILPOINTS": slow})
    await ready(service)
    if given.load:
        (folder / "big").mkdir()
        generate.fill(folder / "big", given.load)
        add_channel(world, folder / "big")
    seen = Seen()
    beside = [seen.follow(service.address)]
    if given.reload:
        beside.append(_reload(world, given.reload))
    worker = Hammer(world, seen, given.deadline)
    async with _burning(given.busy), _beside(*beside):
        await seen.until(lambda: len(seen.revisions) == world.count, 60)
        until = time.monotonic() + given.seconds
        while time.monotonic() < until and worker.done.total() < given.changes:
            await worker.once()
    await service.stop()
    waits = [1000 * each for each in worker.waits] or [0.0]
    print(f"{worker.done.total():,} changes, {worker.lost} not published: {dict(worker.done)}")
    for share in (0.5, 0.99, 1.0):
        print(f"  p{100 * share:.0f} {percentile(waits, share):.1f} ms")
    return worker.lost


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hammer", description=__doc__)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--deadline", type=float, default=5)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--load", type=int, default=0, help="files of the other channel")
    parser.add_argument("--reload", type=float, default=0, help="seconds between two reloads")
    parser.add_argument("--busy", type=int, default=0, help="processes that only work")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="galley-hammer-") as folder:
        return 1 if asyncio.run(hammer(Path(folder), given)) else 0


if __name__ == "__main__":
    sys.exit(main())
