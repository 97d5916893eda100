"""A service without a worker: real HTTP, real channels, and answers that a test writes down.

The worker is another process, so its answers are given by hand here; the tests of the whole
service are in `tests/journeys`.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web

from galley.protocol.control import Entry, Method, VersionNote
from galley.protocol.results import ChannelResult, ProblemResult, SourceResult
from galley.server.app import build_app
from galley.server.backend import BackendError
from galley.server.channel import Channel
from galley.server.problems import refuse
from galley.settings import ServiceSettings
from pipeline.model import Buckets, Key, Resource

Answer: TypeAlias = Any | Callable[[Mapping[str, Any]], Any]
Serve: TypeAlias = Callable[..., AbstractAsyncContextManager[str]]
DIGEST = "ab" * 32


class WrittenBackend:
    """A backend whose worker says what the test has written down; keeps what it was asked."""

    def __init__(self) -> None:
        self.started = time.time() - 90
        self.settings = ServiceSettings()
        self.lines: dict[str, Channel] = {}
        self.answers: dict[Method, Answer] = {}
        self.asked: list[tuple[str, Method, dict[str, Any]]] = []
        self.states: list[ChannelResult] = []
        self.reloads: list[str] = []

    def add(self, name: str = "default", **facts: Any) -> Channel:
        """A channel without any version."""
        line = self.lines[name] = Channel(name, _nothing_since)
        line.opened("lineage")
        line.live(None)
        self.states.append(channel_result(name, **facts))
        return line

    def channels(self) -> Mapping[str, Channel]:
        return self.lines

    def health(self) -> list[ChannelResult]:
        return self.states

    async def ask(
        self, channel: str, method: Method, params: Mapping[str, Any], *, within: float = 30
    ) -> Any:
        self.asked.append((channel, method, dict(params)))
        if method not in self.answers:
            raise refuse("unavailable", f"Nothing is written down for {method}.")
        answer = self.answers[method]
        found = answer(params) if callable(answer) else answer
        if isinstance(found, ProblemResult):
            raise BackendError(found)
        return found

    async def reload(self) -> list[str]:
        return self.reloads


async def _nothing_since(version: int) -> Any:
    raise LookupError(version)


def channel_result(name: str = "default", **facts: Any) -> ChannelResult:
    """A channel that is well."""
    source = SourceResult(
        name="files",
        type="files",
        unit="file",
        rank=0,
        required=True,
        state="synced",
        age=2.5,
        locators=3,
        resources=7,
    )
    well: dict[str, Any] = {
        "channel": name,
        "lineage": "lineage",
        "version": 3,
        "digest": DIGEST,
        "published": time.time() - 120,
        "environment": "ee" * 32,
        "resources": 7,
        "state": "live",
        "ready": True,
        "pending": 0,
        "blocked": 0,
        "errors": 0,
        "warnings": 0,
        "sources": [source],
    }
    return ChannelResult.model_validate({**well, **facts})


def note(number: int, resources: list[Resource]) -> VersionNote:
    """What the worker tells of a version that holds these resources."""
    digest = Buckets((each.key.hash, each.digest) for each in resources).digest()
    return VersionNote(
        number=number,
        digest=digest,
        parent=number - 1,
        kind="publish",
        restores=0,
        time=time.time(),
        author="galley",
        reason="",
    )


@pytest.fixture
def publish() -> Callable[[Channel, int], None]:
    """Make a version live on a channel line, as the worker's events do."""

    def make_live(line: Channel, number: int) -> None:
        key = Key("core/ConfigMap", "prod", f"settings-{number}")
        resource = Resource.build(key, "v1", body={"data": {"number": str(number)}})
        line.opened("lineage")
        line.content([Entry(*key, resource.digest, resource.content)])
        line.live(note(number, [resource]))

    return make_live


@pytest.fixture
def version() -> Callable[..., dict[str, Any]]:
    """A `VersionResult` as a map."""

    def build(number: int, **facts: Any) -> dict[str, Any]:
        counts = {"added": 1, "changed": 2, "deleted": 0, "resources": 7}
        return {
            "version": number,
            "digest": DIGEST,
            "environment": "ee" * 32,
            "parent": number - 1,
            "kind": "publish",
            "time": time.time() - 60 * number,
            "author": "galley",
            "reason": "",
            "cause": {"sources": [{"source": "files", "locators": ["a.yaml"], "count": 1}]},
            "counts": counts,
            "restores": 0,
            "rolled_back_by": 0,
            "ended": 0,
            "pinned": "",
            "restorable": True,
            "connected": 0,
            "had": 0,
            "refused": 0,
            **facts,
        }

    return build


@pytest.fixture
def published() -> Callable[..., dict[str, Any]]:
    """A `PublishResult` as a map, as the worker answers."""

    def build(number: int, **facts: Any) -> dict[str, Any]:
        counts = {"added": 0, "changed": 1, "deleted": 0, "resources": 7}
        change = {
            "resource": "core/ConfigMap/prod/settings-1",
            "change": "changed",
            "fields": [{"op": "replace", "field": "data.number", "old": "2", "new": "1"}],
        }
        diff = {
            "channel": "default",
            "old": number - 1,
            "new": number,
            "counts": counts,
            "resources": [change],
        }
        head = {"channel": "default", "version": number, "digest": DIGEST, "restores": 1}
        return {**head, "diff": diff, **facts}

    return build


@pytest.fixture
def backend() -> WrittenBackend:
    """A backend without channels."""
    return WrittenBackend()


@pytest.fixture
def serve() -> Serve:
    """Serve a backend on a free port of loopback; gives the address."""

    @asynccontextmanager
    async def serving(backend: WrittenBackend, **settings: Any) -> AsyncIterator[str]:
        backend.settings = ServiceSettings.model_validate(settings)
        runner = web.AppRunner(build_app(backend, backend.settings), lingering_time=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()
            for line in backend.lines.values():
                await line.close()

    return serving


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client without a base address."""
    async with aiohttp.ClientSession() as client:
        yield client
