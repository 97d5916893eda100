"""Checks outside of Galley: real scripts and a real service, which remember what they were asked.

What one answers is Python that is read each time, with the question in `asked`: a test can change
its mind, and let it wait for a file.
"""

import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

SCRIPT = """#!{python} -S
import json, os, signal, sys
from pathlib import Path
here = Path({folder!r})
text = sys.stdin.read()
asked = json.loads(text)
with (here / "asked").open("a") as log:
    log.write(text + "\\n")
exec((here / "answer.py").read_text())
"""

NO_BAD = """
bad = [each["resource"] for each in asked["changes"] if "x-bad" in str(each["after"])]
print(json.dumps({"diagnostics": [{"message": "x-bad is bad", "resource": key} for key in bad]}))
"""
"""An answer: whatever says `x-bad` is wrong."""


class Script:
    """A command that checks."""

    def __init__(self, folder: Path, answer: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.says(answer)
        self.path = folder / "check"
        self.path.write_text(SCRIPT.format(python=sys.executable, folder=str(folder)))
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)

    def says(self, answer: str) -> None:
        """From now on."""
        beside = self.folder / "beside"
        beside.write_text(answer)
        beside.replace(self.folder / "answer.py")

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The questions so far."""
        log = self.folder / "asked"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def about(self) -> list[list[str]]:
        """The names of what each question changes; those about the live version left out."""
        changes = ([each["resource"] for each in one["changes"]] for one in self.asked)
        return [[key.rpartition("/")[2] for key in one] for one in changes if one]

    def settings(self, **options: Any) -> dict[str, Any]:
        return {"name": self.folder.name, "command": [str(self.path)], **options}

    def waits(self) -> None:
        """From now on it answers only when it may `go`."""
        os.mkfifo(self.folder / "go")
        self.says("open(here / 'go').read()")

    def go(self) -> None:
        """Let the one that waits answer, and all after it."""
        self.says("")
        (self.folder / "go").write_text("")


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Script]:
    def make(answer: str = NO_BAD, name: str = "guard") -> Script:
        return Script(tmp_path / name, answer)

    return make


class Service:
    """A service that checks; `answer` may be replaced."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.requests: list[web.Request] = []
        self.url = ""

    async def answer(self, _asked: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"ok": True})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.asked.append(await request.json())
        return await self.answer(self.asked[-1])

    def settings(self, **options: Any) -> dict[str, Any]:
        return {"name": "service", "url": self.url, **options}


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/check", service.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/check"
    yield service
    await runner.cleanup()
