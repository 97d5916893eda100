"""The real command line against a served backend, in this process or in one of its own."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from galley.cli.main import app


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def galley(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process; standard output is no terminal."""
    names = ("GALLEY_SERVER", "GALLEY_TOKEN", "GALLEY_CHANNEL", "GALLEY_CA_FILE", "GITHUB_ACTIONS")
    for name in names:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, **environment: str) -> Result:
        runner = CliRunner(env=environment)
        result = runner.invoke(app, [str(each) for each in arguments], prog_name="galley")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Result]:
    """Run a command in a process of its own, as from a shell."""

    def run(*arguments: object) -> Result:
        command = [sys.executable, "-P", "-m", "galley", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@contextmanager
def _on_a_thread(serving: Any) -> Iterator[str]:
    """Serve in a loop on a thread of its own, because commands block."""
    ready, stop, address = Event(), asyncio.Event(), []
    loops: list[asyncio.AbstractEventLoop] = []

    async def hold() -> None:
        loops.append(asyncio.get_running_loop())
        async with serving as found:
            address.append(found)
            ready.set()
            await stop.wait()

    thread = Thread(target=asyncio.run, args=(hold(),), name="service")
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)


@pytest.fixture
def served(backend: Any, serve: Any, monkeypatch: pytest.MonkeyPatch, galley: Any) -> Any:
    """Serve the backend with one channel and these settings; GALLEY_SERVER names it."""

    @asynccontextmanager
    async def everything(settings: dict[str, Any]) -> AsyncIterator[str]:
        backend.add()
        async with serve(backend, **settings) as address:
            yield address

    @contextmanager
    def serving(**settings: Any) -> Iterator[str]:
        with _on_a_thread(everything(settings)) as address:
            monkeypatch.setenv("GALLEY_SERVER", address)
            yield address

    return serving
