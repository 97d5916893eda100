"""The service under test as a user runs it: a settings file, a folder, one process and its worker.

What it does is read off the clock lines that `probe` writes in its processes, so the benchmark
asks it nothing while it is measured.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

import aiohttp
import yaml

from tests.bench.child import ROOT

POLL = 0.02
"""Seconds between two looks at the clock lines: rarely, as looking takes processor time from what
is measured."""


class Stamp(NamedTuple):
    """One clock line."""

    pid: int
    event: str
    seconds: float
    facts: tuple[str, ...]

    def number(self, index: int = -1) -> float:
        return float(self.facts[index])


class Service:
    """One service; everything of it lies below one folder."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.source = folder / "source"
        self.stamps: list[Stamp] = []
        self.address = ""
        self.mesh_port = 0
        """Where clients of meshes are served, if they are."""
        self.begun = 0.0
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._read = 0
        self._environment: dict[str, str] = {}
        self.revision = 0

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    async def start(
        self, *, core: int | None = None, environment: Mapping[str, str] | None = None
    ) -> Self:
        """Start it; returns when it listens. `core`: run all of it on this processor alone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.source.mkdir(exist_ok=True)
        self._environment = dict(environment or {})
        settings, log = self.folder / "galley.yaml", (self.folder / "log").open("ab")
        settings.write_text(yaml.safe_dump(_settings(self.folder, self._settings)))
        pin = ("taskset", "-c", str(core)) if core is not None else ()
        self.begun = time.perf_counter()
        self._process = await asyncio.create_subprocess_exec(
            *(*pin, sys.executable, "-P", "-m", "tests.bench.launch", str(settings)),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT / 'tests/bench/probe'}:{ROOT}",
                "GALLEY_BENCH_STAMPS": str(self.folder / "stamps"),
                **self._environment,
            },
        )
        log.close()
        assert self._process.stdout
        async with asyncio.timeout(600):
            line = (await self._process.stdout.readline()).decode().strip()
        self.address, _, mesh = line.partition(" ")
        self.mesh_port = int(mesh.rpartition(":")[2] or 0)
        if not self.address:
            raise RuntimeError((self.folder / "log").read_text()[-2000:])
        return self

    async def stop(self) -> None:
        """End it in order."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(60):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def unpin(self) -> None:
        """Let it use every processor."""
        for pid in (self.pid, *self.workers()):
            for task in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), range(os.cpu_count() or 1))

    # What it is asked.

    async def get(self, path: str, method: str = "GET", **body: Any) -> Any:
        """One request to its API."""
        async with aiohttp.ClientSession() as session:
            url = f"{self.address}/api/v1{path}"
            async with session.request(method, url, json=body or None) as answer:
                told = await answer.json(content_type=None)
                if answer.status >= 400:
                    raise RuntimeError(f"{method} {path}: {json.dumps(told)[:500]}")
                return told

    async def channel(self, name: str = "default") -> dict[str, Any]:
        """The channel at a glance."""
        glance: dict[str, Any] = await self.get(f"/channels/{name}")
        return glance

    async def have(self) -> tuple[str, int, str]:
        """What a subscriber has that has everything."""
        glance = await self.channel()
        return glance["lineage"], glance["version"], glance["digest"]

    # What it does.

    def look(self) -> None:
        """Read the clock lines that are new."""
        path = self.folder / "stamps"
        if not path.exists():
            return
        with path.open() as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith("\n"):
                    break
                self._read += len(line)
                pid, event, seconds, *facts = line.split()
                self.stamps.append(Stamp(int(pid), event, float(seconds), tuple(facts)))

    async def until(
        self,
        event: str,
        *,
        since: float,
        within: float = 60,
        of: Callable[[Stamp], bool] = lambda _: True,
    ) -> Stamp:
        """The first such event after a moment; waits for it."""
        deadline = time.perf_counter() + within
        start = 0
        while True:
            self.look()
            for stamp in self.stamps[start:]:
                if stamp.event == event and stamp.seconds >= since and of(stamp):
                    return stamp
            start = max(0, len(self.stamps) - 1000)
            if time.perf_counter() > deadline:
                log = (self.folder / "log").read_text()[-1500:]
                raise TimeoutError(f"no {event!r} within {within:g} s; {log}")
            await asyncio.sleep(POLL)

    def between(self, event: str, since: float, until: float) -> list[Stamp]:
        """All such events of a time span."""
        self.look()
        return [
            each for each in self.stamps if each.event == event and since <= each.seconds <= until
        ]

    def replace(self, place: str, text: str) -> float:
        """Put a file in place by rename(2); the moment when that was called.

        When it has returned may be too late: on a busy machine others have seen the file, and even
        committed it, before this process has the processor again and reads the clock.
        """
        fresh = self.folder / "fresh"
        fresh.write_text(text)
        begun = time.perf_counter()
        os.rename(fresh, self.source / place)  # noqa: PTH104  # the very call is what is timed
        return begun

    # What it takes.

    async def memory(self, kind: str = "Pss") -> int:
        """Bytes that its processes alone occupy, after a collection of garbage.

        With `Rss`: those that each of them occupies, which processes that come and go between them
        do not change.
        """
        since = time.perf_counter()
        pids = (self.pid, *self.workers())
        for pid in pids:
            os.kill(pid, signal.SIGUSR1)
            await self.until("collected", since=since, of=partial(_of_process, pid))
        return sum(occupied(pid, kind) for pid in pids)


def _of_process(pid: int, stamp: Stamp) -> bool:
    return stamp.pid == pid


def occupied(pid: int | str, kind: str) -> int:
    """Bytes of a process: `Pss`, `Rss`."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024
    return 0


def _settings(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A settings file: one channel on the folder, and no waiting for more changes."""
    source = {"name": "files", "type": "files", "path": str(folder / "source"), "rescan": 3600}
    channel = {"name": "default", "sources": [source], "publish": {"quiet": 0}}
    return {
        "listen": "127.0.0.1:0",
        "data_dir": str(folder / "data"),
        "stream": {"heartbeat": 600, "slow_reader": 300},
        "log": {"level": "warning"},
        **given.get("service", {}),
        "channels": [{**channel, **given.get("channel", {})}, *given.get("channels", [])],
    }
