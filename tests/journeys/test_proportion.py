"""One changed resource costs what one resource costs, however many others there are.

Nothing here looks at a clock: stages run, rows written and bytes sent are counted, and must be
equal among a thousand and among ten thousand. `tests/bench` counts the same among 100,000.
"""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

import msgpack
import pytest

from galley.protocol.control import Change, Entry, Event, Method, PastChange, VersionNote
from galley.protocol.framing import Link
from galley.server import steps
from galley.server.channel import Channel
from galley.settings import ChannelSettings
from galley.worker.process import Assignment, work
from pipeline.engine.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from sources.memory import MemorySource

FEW, MANY = 1_000, 10_000
COLLECTION = "core/Service"
ENVIRONMENT = EnvironmentSpec(
    transforms=({"type": "labels", "set": {"seen": "yes"}},),
    policies=(
        {
            "name": "no-bad",
            "match": {"kinds": ["Service"]},
            "rule": "object.spec.number >= 0",
            "message": "a number is negative",
            "level": "error",
        },
    ),
)


class Cost(NamedTuple):
    """What a version cost."""

    rows: Mapping[str, int]
    """Rows added to each table of the store."""
    told: int
    """Bytes from the worker to the serving process."""
    sent: int
    """Bytes to each subscriber."""


def resource(number: int, revision: int = 0) -> Resource:
    spec = {"number": number, "revision": revision, "text": "x" * 200}
    key = Key(COLLECTION, f"ns-{number % 50}", f"service-{number:06d}")
    return Resource.build(key, "v1", labels={"app": f"a{number}"}, body={"spec": spec})


async def never_asked(version: int) -> tuple[int, list[PastChange]]:
    raise LookupError(f"version {version} is not asked for here")


class Line:
    """A worker in this process, and the serving side that it talks to."""

    def __init__(self, link: Link, source: MemorySource, store: Path) -> None:
        self.channel = Channel("default", never_asked)
        self.source = source
        self._link = link
        self._store = store
        self._told: dict[str, Callable[[dict[str, Any]], None]] = {
            Event.OPENED: lambda told: self.channel.opened(told["lineage"]),
            Event.CONTENT: lambda told: self.channel.content([Entry(*e) for e in told["entries"]]),
            Event.LIVE: lambda told: self.channel.live(None),
            Event.CHANGES: lambda told: self.channel.changes([Change(*c) for c in told["changes"]]),
            Event.PUBLISHED: lambda told: self.channel.published(VersionNote(*told["version"])),
        }

    async def published(self, number: int) -> int:
        """Wait until a version is live on the serving side; bytes that the worker told for it."""
        size = 0
        while self.channel.head is None or self.channel.head.number < number:
            message = await self._link.receive()
            _, event, told = message
            if told["channel"] == "default" and event in self._told:
                size += len(msgpack.packb(message))
                self._told[event](told)
                await self.channel.live_at_least(number, 0 if event != Event.PUBLISHED else 30)
        return size

    async def cost_of(self, *changed: Resource) -> Cost:
        """Change these and say what that cost."""
        head, rows = self.channel.head, self._rows()
        assert head is not None
        self.source.put(*changed)
        told = await self.published(head.number + 1)
        more = {table: count - rows[table] for table, count in self._rows().items()}
        live, note = self.channel._live.views.all, self.channel.note
        assert note is not None
        step = steps.inline(live, self.channel.resources, note, head.digest, zstd=False)
        assert step is not None
        assert step.frame is not None
        return Cost({table: each for table, each in more.items() if each}, told, len(step.frame))

    def _rows(self) -> dict[str, int]:
        with closing(sqlite3.connect(self._store)) as store:
            names = store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            count = "SELECT count(*) FROM "
            return {name: store.execute(f'{count}"{name}"').fetchone()[0] for (name,) in names}


@asynccontextmanager
async def line_of(folder: Path, count: int) -> AsyncIterator[Line]:
    """A line whose first version holds so many resources."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    link, other = await Link.over(ours), await Link.over(theirs)
    source = MemorySource("memory")
    source.put(*map(resource, range(count)))
    settings = ChannelSettings.model_validate(
        {"sources": [{"name": "memory", "type": "memory"}], "publish": {"quiet": 0}}
    )
    assignment = Assignment(settings, str(folder), folder)
    working = asyncio.create_task(work(assignment, other, [source]), name="worker")
    line = Line(link, source, folder / "default.db")
    try:
        await line.published(1)
        yield line
    finally:
        await link.send([0, Method.STOP.value, {}])
        await working
        await line.channel.close()
        await link.close()
        await other.close()


async def test_a_version_costs_what_its_changes_cost(tmp_path: Path) -> None:
    """Rows written, bytes told and bytes sent do not depend on how much else is live."""
    costs: dict[int, dict[int, Cost]] = {}
    for count in (FEW, MANY):
        async with line_of(tmp_path / str(count), count) as line:
            await line.cost_of(resource(7, 1))
            costs[count] = {
                changed: await line.cost_of(*(resource(10 + n, changed) for n in range(changed)))
                for changed in (1, 3)
            }
    assert costs[FEW] == costs[MANY]
    for changed, cost in costs[FEW].items():
        assert {cost.rows[table] for table in ("bodies", "outputs", "inputs")} == {changed}
        assert cost.sent < changed * 600 + 400


@pytest.fixture(scope="module")
def engines() -> dict[int, Engine]:
    """Engines over a few and over many resources."""
    filled = {}
    for count in (FEW, MANY):
        engine = Engine(Environment.build(ENVIRONMENT))
        engine.apply({each.key: each for each in map(resource, range(count))})
        filled[count] = engine
    return filled


def test_a_change_runs_the_stages_of_what_it_changes(engines: dict[int, Engine]) -> None:
    """One resource changed: as many stage calls among many as among few, at most one a stage."""
    ran = {}
    for count, engine in engines.items():
        changed = resource(7, 1)
        evaluation = engine.apply({changed.key: changed})
        assert set(evaluation.changed) == {changed.key}
        ran[count] = {stage: calls for stage, calls in evaluation.ran.items() if calls}
    assert ran[FEW] == ran[MANY]
    assert set(ran[FEW].values()) == {1}


def test_nothing_runs_for_what_has_not_changed(engines: dict[int, Engine]) -> None:
    """The same resource again is no work, however many there are."""
    for engine in engines.values():
        same = resource(9)
        evaluation = engine.apply({same.key: same})
        assert not evaluation.changed
        assert sum(evaluation.ran.values()) == 0
