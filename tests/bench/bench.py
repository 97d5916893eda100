"""What all rows share: sizes, the services under test, the crowd, the floor, the rows so far."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import generate
from tests.bench.child import Child
from tests.bench.figures import Row, short
from tests.bench.service import Service, Stamp

PAUSE = 0.3
"""Seconds between two rounds, in which everything that is left over from one ends."""


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    small: int = 1000
    medium: int = 10_000
    large: int = 100_000
    crowds: tuple[int, ...] = (1, 100, 1000, 5000)
    """Numbers of subscribers, of which the last two are measured against limits."""
    rounds: int = 7
    cold: int = 5
    """Cold starts; each is long and has its own baseline next to it."""
    commits: int = 200
    """Changes whose way to the commit is timed, for a p99."""
    growth: int = 1000
    """Changes after which the store is weighed."""
    rolled: int = 5000
    """Resources that a rollback touches."""
    rolled_to: int = 1000
    real: int = 20
    loading: float = 120.0
    """Seconds for which one channel is watched while another loads; less than the load takes."""
    objects: tuple[int, ...] = (10_000, 50_000)
    """Objects of a cluster."""
    history: int = 1000
    """Commits of a git repository, and how many more are followed."""
    looks: int = 60
    """Looks at a git repository in which nothing happens."""


QUICK = Sizes(
    small=200,
    medium=600,
    large=2000,
    crowds=(1, 20, 100, 200),
    rounds=3,
    cold=1,
    commits=15,
    growth=40,
    rolled=300,
    rolled_to=50,
    real=3,
    loading=10.0,
    objects=(100, 300),
    history=30,
    looks=5,
)


class World:
    """A service over a number of resources, one of which changes at a time."""

    def __init__(self, folder: Path, count: int, **settings: Any) -> None:
        self.count = count
        self.service = Service(folder, **settings)
        self.revision = 0

    @property
    def name(self) -> str:
        return f"{self.count:,}"

    def change(self, number: int | None = None) -> float:
        """Change one resource; the moment when its file was in place."""
        self.revision += 1
        number = self.revision % min(self.count, 1000) if number is None else number
        text = generate.text(number, self.revision)
        return self.service.replace(generate.place(number), text)

    async def committed(self, since: float) -> Stamp:
        """The next durable commit."""
        return await self.service.until(
            "committed", since=since, of=lambda each: each.facts[0] == "default"
        )

    async def acked(self, since: float, within: float = 120) -> Stamp:
        """When the last of those connected had acknowledged what was published since then."""
        live = await self.service.until(
            "live", since=since, of=lambda each: each.facts[1] != "0", within=within
        )
        return await self.service.until(
            "acked", since=since, of=lambda each: each.facts[0] == live.facts[0], within=within
        )


@dataclass
class Bench:
    """One run."""

    folder: Path
    sizes: Sizes
    rows: list[Row] = field(default_factory=list)
    stalls: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Row to the longest stall of each round, and what of it the serving loop worked itself."""
    worlds: dict[int, World] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """A figure is known."""
        self.rows.append(row)
        print(f"  {row.figure}: {short(row.median)} {row.unit} {row.verdict}", flush=True)

    def world(self, count: int) -> World:
        """The service over so many resources; its files are written once."""
        if count not in self.worlds:
            world = World(self.folder / f"of-{count}", count)
            world.service.source.mkdir(parents=True)
            generate.fill(world.service.source, count)
            self.worlds[count] = world
        return self.worlds[count]

    async def up(self, count: int) -> World:
        """The same, running and ready."""
        world = self.world(count)
        if not world.service.address:
            await world.service.start()
            await ready(world.service)
        return world

    def note_stall(self, row: str, service: Service, since: float, until: float) -> None:
        """Remember the longest stall of a round."""
        stalls = [
            (each.number(0), each.number(1)) for each in service.between("stall", since, until)
        ]
        self.stalls.setdefault(row, []).append(max(stalls, default=(0.0, 0.0)))

    async def pause(self) -> None:
        await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Stop every service."""
        for world in self.worlds.values():
            await world.service.stop()


async def until(condition: Callable[[], Awaitable[bool]], within: float = 300) -> None:
    """Wait until something is so of which nobody tells."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110  # it is another process's state
            await asyncio.sleep(0.1)


async def ready(service: Service, within: float = 900) -> float:
    """Seconds from the start until its first version was live in the serving process."""
    live = await service.until("live", since=service.begun, within=within)
    return live.seconds - service.begun


@asynccontextmanager
async def child(module: str) -> AsyncIterator[Child]:
    """A helper process for as long as the block runs."""
    process = await Child.start(module)
    try:
        yield process
    finally:
        await process.stop()
