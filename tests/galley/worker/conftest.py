"""A worker in this process, at the other end of a real link, over a real store."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from galley.protocol.framing import Link, LinkClosedError
from galley.settings import ChannelSettings
from galley.worker.process import Assignment, work
from pipeline.model import Key, Resource
from sources.memory import MemorySource

POLICY = {
    "name": "no-bad",
    "match": {"kinds": ["ConfigMap"]},
    "rule": "!has(object.data.bad)",
    "message": "bad is not allowed",
    "level": "error",
}


class RefusedError(Exception):
    """The worker answered with a problem document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"])
        self.problem = problem
        self.code = problem["code"]


class Rig:
    """Plays the service: keeps what it is told, asks, and can restart the worker."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.options: dict[str, Any] = {
            "name": "mesh",
            "policies": (POLICY,),
            "sources": ({"type": "memory", "name": "memory"},),
            "publish": {"quiet": 0.0},
            **settings,
        }
        self.source = MemorySource("memory")
        self.others: list[MemorySource] = []
        self.live: dict[str, dict[str, bytes]] = {"mesh": {}, "mesh.observed": {}}
        self.notes: dict[str, list[tuple[Any, ...]]] = {"mesh": [], "mesh.observed": []}
        """Of the versions of each line, as they were told."""
        self.health: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self.failed: dict[str, Any] = {}
        self.forms: dict[str, dict[str, dict[str, bytes]]] = {"mesh": {}, "mesh.observed": {}}
        """Line to resource to wire to form, as far as that was told."""
        self.events: list[tuple[str, str, Any]] = []
        """Line, event and payload of what is told about forms, and when what is live is whole."""
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._news = asyncio.Condition()
        self._staged: list[Any] = []

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        self.link, self.theirs = await Link.over(ours), await Link.over(theirs)
        settings = ChannelSettings.model_validate(self.options)
        assignment = Assignment(
            settings, str(self.folder / "data"), self.folder, self.folder / "fetched"
        )
        self._worker = asyncio.create_task(
            work(assignment, self.theirs, [self.source, *self.others]), name="worker"
        )
        self._listener = asyncio.create_task(self._listen(), name="listener")

    async def stop(self) -> None:
        if not self._worker.done():
            await self.link.send([0, "stop", {}])
        async with asyncio.timeout(20):
            await self._worker
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        await self.link.close()
        await self.theirs.close()

    async def restart(self, *, replay: bool = True) -> None:
        """The process ends and another begins; the source says again what it says now."""
        await self.stop()
        said = dict(self.source_content)
        self.source = MemorySource("memory")
        if replay:
            for locator, resources in said.items():
                self.source.put(*resources, locator=locator)
        await self.start()

    @property
    def source_content(self) -> dict[str, tuple[Resource, ...]]:
        return self._content

    _content: dict[str, tuple[Resource, ...]]

    def put(self, locator: str, *resources: Resource) -> None:
        self.__dict__.setdefault("_content", {})[locator] = resources
        self.source.put(*resources, locator=locator)

    def remove(self, locator: str) -> None:
        self.__dict__.setdefault("_content", {}).pop(locator, None)
        self.source.remove(locator)

    async def ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        await self.link.send([number, method, params])
        async with asyncio.timeout(20):
            return await self._asked[number]

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something that the worker tells makes it true."""
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(condition)

    async def eventually(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Ask again and again until it is so."""
        async with asyncio.timeout(20):
            while not await condition():  # noqa: ASYNC110  # only the worker knows
                await asyncio.sleep(0.01)

    async def settled(self) -> None:
        """Everything that was put has been taken in and decided."""
        async with asyncio.timeout(20):
            await self.source.flushed()

        async def decided() -> bool:
            return bool((await self.ask("sources"))[0]["state"] != "never-synced")

        await self.eventually(decided)

    def names(self, line: str = "mesh") -> dict[str, Any]:
        """Names of live resources to their data."""
        held = (Resource.decode(content) for content in self.live[line].values())
        return {item.key.name: item.document().body.get("data") for item in held}

    @property
    def versions(self) -> list[tuple[Any, ...]]:
        """Those of the channel itself."""
        return self.notes["mesh"]

    @property
    def version(self) -> int:
        return int(self.versions[-1][0]) if self.versions else 0

    async def _listen(self) -> None:
        while True:
            try:
                number, kind, payload = await self.link.receive()
            except LinkClosedError:
                return
            if number:
                self._answer(number, kind, payload)
            else:
                self._told(kind, payload)
            async with self._news:
                self._news.notify_all()

    def _answer(self, number: int, done: bool, payload: Any) -> None:
        if done:
            self._asked[number].set_result(payload)
        else:
            self._asked[number].set_exception(RefusedError(payload))

    def _told(self, event: str, payload: dict[str, Any]) -> None:
        if event in ("opened", "live", "published", "forms", "wires"):
            self.events.append((payload["channel"], event, payload))
        if event == "forms":
            told = {"/".join(each[:3]): each[3] for each in payload["forms"]}
            self.forms[payload["channel"]].update(told)
        line = self.live[payload["channel"]]
        if event == "opened":
            line.clear()
        elif event == "content":
            line.update({"/".join(e[:3]): e[4] for e in payload["entries"]})
        elif event == "changes":
            self._change(line, payload["changes"])
        elif event in ("live", "published") and payload["version"]:
            self.notes[payload["channel"]].append(tuple(payload["version"]))
        elif event in ("health", "failed"):
            setattr(self, event, payload)
        elif event == "kinds":
            self.kinds = payload["names"]

    def _change(self, line: dict[str, bytes], changes: list[Any]) -> None:
        for change in changes:
            name = "/".join(change[:3])
            if change[5] is None:
                line.pop(name)
            else:
                line[name] = change[5]


def config(name: str, **data: str) -> Resource:
    return Resource.build(Key("core/ConfigMap", "default", name), "v1", body={"data": data})


@pytest.fixture
def make() -> Callable[..., Resource]:
    return config


@pytest.fixture
def refused() -> type[RefusedError]:
    return RefusedError


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    await rig.start()
    yield rig
    await rig.stop()


@pytest.fixture
async def new_rig(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Rig]]]:
    made: list[Rig] = []

    async def start(*others: MemorySource, **settings: Any) -> Rig:
        rig = Rig(tmp_path, **settings)
        rig.others = list(others)
        made.append(rig)
        await rig.start()
        return rig

    yield start
    for rig in made:
        await rig.stop()


@pytest.fixture
def rig_type() -> type[Rig]:
    return Rig
