"""A real Envoy as a process of a test, with waits for what it comes to hold.

It ends only the process that it started. What Envoy says on its standard error accompanies whatever
goes wrong inside the block.
"""

import asyncio
import contextlib
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import aiohttp
import pytest

from tests.mesh.envoy.admin import Admin, Kind
from tests.mesh.envoy.bootstrap import Bootstrap, Json
from tests.mesh.envoy.comparing import differences
from tests.mesh.envoy.state import State

DEADLINE = 30.0
TURN = 0.02
"""Seconds between two looks: Envoy tells nobody when it has changed."""
TAIL = 4000
NOTHING: Mapping[str, str] = MappingProxyType({})


def program() -> str:
    """Where Envoy is: GALLEY_ENVOY, or else on PATH; the test is skipped where it is nowhere."""
    found = os.environ.get("GALLEY_ENVOY") or shutil.which("envoy")
    if not found:
        pytest.skip("there is no Envoy: GALLEY_ENVOY=$(tests/mesh/envoy/provide) installs it once")
    return found


@contextlib.contextmanager
def ports(number: int) -> Iterator[list[int]]:
    """Ports for listeners of Envoy, which nobody else is given for as long as the block runs.

    They are held by sockets that do not listen, and share them with who shares too, as Envoy does.
    """
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in held:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            each.bind(("127.0.0.1", 0))
        yield [int(each.getsockname()[1]) for each in held]


class Envoy(Admin):
    """One Envoy, from the start of the block to its end, which is ready when the block begins.

    Raises:
        TimeoutError: a condition does not come true within its seconds.
        AssertionError: Envoy has ended by itself.
    """

    def __init__(self, bootstrap: Bootstrap, folder: Path, *, wait: bool = True) -> None:
        """`wait` until it is ready, as it is once clusters and listeners have been answered."""
        self.bootstrap = bootstrap
        self.folder = folder / f"envoy-{bootstrap.node}"
        self._wait = wait
        self._stack = contextlib.AsyncExitStack()
        self._lacks: list[str] = []

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            self.process = await self._start()
            stack.push_async_callback(self._end)
            await stack.enter_async_context(self._telling())
            await self.until(self._told, "the admin interface does not start")
            address = (self.folder / "admin").read_text()
            timeout = aiohttp.ClientTimeout(DEADLINE)
            session = aiohttp.ClientSession(f"http://{address}", timeout=timeout)
            self.admin = await stack.enter_async_context(session)
            if self._wait:
                await self.until(self.ready, "it does not become ready")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @contextlib.asynccontextmanager
    async def _telling(self) -> AsyncIterator[None]:
        """Give what goes wrong what Envoy has said."""
        try:
            yield
        except Exception as error:
            error.add_note(f"Envoy {self.bootstrap.node} said:\n{self.said()[-TAIL:]}")
            raise

    async def _start(self) -> asyncio.subprocess.Process:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "admin").unlink(missing_ok=True)
        (self.folder / "bootstrap.json").write_text(json.dumps(self.bootstrap.document()))
        options = {
            "config-path": self.folder / "bootstrap.json",
            "admin-address-path": self.folder / "admin",
            "concurrency": 1,
            # What a listener that went away may still take to answer.
            "drain-time-s": 2,
            "log-level": "warning",
        }
        words = [word for name, said in options.items() for word in (f"--{name}", str(said))]
        with (self.folder / "stderr").open("wb") as said:
            return await asyncio.create_subprocess_exec(
                program(), *words, "--disable-hot-restart", stdout=said, stderr=said
            )

    async def _end(self) -> None:
        if self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), DEADLINE)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise

    def _told(self) -> bool:
        path = self.folder / "admin"
        return path.exists() and bool(path.read_text())

    def said(self) -> str:
        """What it has written to its standard error, from warnings on."""
        return (self.folder / "stderr").read_text(errors="replace")

    async def until(
        self, condition: Callable[[], Any], why: str = "", *, within: float = DEADLINE
    ) -> Any:
        """The first true answer of a condition, which may be a coroutine function."""
        answer: Any = None
        try:
            async with asyncio.timeout(within):
                while True:
                    assert self.process.returncode is None, "Envoy has ended by itself"
                    said = condition()
                    answer = await said if isinstance(said, Awaitable) else said
                    if answer:
                        return answer
                    await asyncio.sleep(TURN)
        except TimeoutError:
            what = why or "it did not come true"
            raise TimeoutError(f"{what} in {within} s; last: {answer!r}") from None

    async def converged(
        self,
        *,
        cds: str = "",
        lds: str = "",
        rds: Mapping[str, str] = NOTHING,
        eds: Mapping[str, str] = NOTHING,
        within: float = DEADLINE,
    ) -> State:
        """Wait until it is connected, nothing is warming and the given versions are what it has.

        Versions are those of the answers (`version_info`, in delta `system_version_info`), for
        routes and endpoints by name. What is not given is not waited for.
        """

        async def settled() -> State | None:
            seen = await self.state()
            wanted = (
                cds in ("", seen.cds)
                and lds in ("", seen.lds)
                and rds.items() <= seen.rds.items()
                and eds.items() <= seen.eds.items()
            )
            return seen if wanted and seen.connected and not seen.warming else None

        try:
            found: State = await self.until(settled, within=within)
        except TimeoutError as error:
            raise TimeoutError(f"not converged: {error} {await self.state()}") from None
        return found

    async def holds(self, kind: Kind, versions: Mapping[str, str]) -> None:
        """Wait until it holds exactly these of a kind, each in its version, and none is warming."""

        async def same() -> bool:
            found = await self.held(kind)
            held = {name: (each.version, each.warming) for name, each in found.items()}
            return held == {name: (version, "") for name, version in versions.items()}

        await self.until(same, f"it does not hold {dict(versions)}")

    async def shows(self, manifests: Iterable[Json], *, within: float = DEADLINE) -> None:
        """Wait until what it holds is exactly these manifests, and nothing is warming.

        Of endpoints the addresses are compared, and all of them have to be used by somebody.
        """
        wanted = list(manifests)

        async def same() -> bool:
            self._lacks = await differences(self, wanted)
            return not self._lacks

        try:
            await self.until(same, within=within)
        except TimeoutError as error:
            raise TimeoutError(f"not as it should be: {self._lacks}\n{error}") from None
