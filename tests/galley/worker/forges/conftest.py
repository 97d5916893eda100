"""A forge on loopback: checks what it is told, and can be out of order in every way."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from galley.forges import signing
from galley.forges.status import Colour, Status, Tally
from galley.worker import courier

TOKEN = "the-secret-of-both-sides"


@dataclass
class Told:
    """One request."""

    path: str
    headers: Any
    said: dict[str, Any]


class Forge:
    """Answers as it is told to, one prepared answer after the other, then 201."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.shown: dict[str, dict[str, Any]] = {}
        """By commit, the last that was taken."""
        self.history: defaultdict[str, list[str]] = defaultdict(list)
        """By commit, the descriptions that were taken."""
        self.answers: list[Callable[[], web.Response]] = []
        self.slow = asyncio.Event()
        self.slow.set()
        self.tls: ssl.SSLContext | None = None
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}"

    async def up(self) -> None:
        """Listen, after an outage at the same address."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", self._port, reuse_address=True, ssl_context=self.tls
        )
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def down(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        self._runner = None

    def answer(self, status: int, text: str = "", **headers: str) -> None:
        """What the next request gets."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(lambda: web.Response(status=status, text=text, headers=named))

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110  # requests come from another process or task
                await asyncio.sleep(0.005)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if signing.SIGNATURE in request.headers:
            assert signing.signed(TOKEN, request.headers, body)
        told = Told(request.rel_url.raw_path, request.headers, await request.json())
        self.told.append(told)
        await self.slow.wait()
        response = self.answers.pop(0)() if self.answers else web.Response(status=201)
        if response.status < 300:
            commit = told.said.get("revision") or told.path.rpartition("/")[2]
            self.shown[commit] = told.said
            self.history[commit].append(told.said["description"])
        return response


@pytest.fixture
async def forge() -> AsyncIterator[Forge]:
    forge = Forge()
    await forge.up()
    yield forge
    await forge.down()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FORGE_TOKEN", TOKEN)
    return TOKEN


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short, and so is the deadline."""
    monkeypatch.setattr(courier, "AGAIN_FIRST", 0.02)
    monkeypatch.setattr(courier, "AGAIN_MOST", 0.05)
    monkeypatch.setattr(courier, "DEADLINE", 0.5)


@pytest.fixture
def status() -> Callable[..., Status]:
    """A status of a commit."""

    def build(
        revision: str = "c1", headline: str = "Waiting", *, tally: Tally | None = None
    ) -> Status:
        return Status(revision, "pending", Colour.PENDING, headline, tally=tally)

    return build
