"""Journeys through the real thing: a `galley serve` process of its own, asked from outside.

A `Service` is a folder with a settings file, the process that serves it and the ways in: the API,
the command line, the Python client. It ends only processes that it started, by their ids, and every
wait is for a condition and has a deadline.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
import yaml

from galley.client import Backoff, Client, Update

DEADLINE = 40.0
"""Seconds that a condition may take to come true; the machine may be busy with other tests."""
TURN = 0.02
"""Seconds between two looks at something that tells nobody."""
GALLEY = (sys.executable, "-P", "-m", "galley")

POLICY = {
    "name": "no-bad",
    "match": {"kinds": ["ConfigMap"]},
    "rule": "!has(object.data) || !has(object.data.bad)",
    "message": "bad is not allowed",
    "level": "error",
}


def manifest(name: str, *, kind: str = "ConfigMap", namespace: str = "default", **data: str) -> str:
    """One resource as people write it."""
    meta = {"name": name, "namespace": namespace}
    document = {"apiVersion": "v1", "kind": kind, "metadata": meta, "data": data}
    return yaml.safe_dump(document, sort_keys=False)


async def eventually(condition: Callable[[], Any], *, within: float = DEADLINE) -> Any:
    """The first true answer of a condition; it may be a coroutine function.

    Raises:
        TimeoutError: with the last answer.
    """
    answer: Any = None
    try:
        async with asyncio.timeout(within):
            while True:
                answer = condition()
                if isinstance(answer, Awaitable):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(TURN)
    except TimeoutError:
        raise TimeoutError(f"it did not come true in {within} s; last: {answer!r}") from None


def processes(parent: int) -> list[int]:
    """Ids of the direct children of a process."""
    found: list[int] = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, children.read_text().split())
    return found


def running(pid: int) -> bool:
    """Whether a process is there and not only waits to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


class Answer:
    """What the API said."""

    def __init__(self, status: int, body: Any) -> None:
        self.status = status
        self.body = body


class Follower:
    """The Python client, run beside the test; keeps what it was told."""

    def __init__(self, url: str, **options: Any) -> None:
        backoff = Backoff(0.05, 0.5)
        self.client = Client(url, backoff=backoff, **options)
        self.updates: list[Update] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        self._task = asyncio.create_task(self._follow(), name="follower")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.client.__aexit__()

    async def _follow(self) -> None:
        async for update in self.client:
            self.updates.append(update)

    @property
    def names(self) -> dict[str, Any]:
        """Name of each resource in the mirror to its data."""
        held = self.client.resources.values()
        return {item.key.name: item.document().body.get("data") for item in held}

    @property
    def versions(self) -> list[int]:
        """Numbers of the versions, in the order in which they came."""
        return [update.version for update in self.updates]

    async def at(self, version: int) -> None:
        """Wait until this version or a newer one is in the mirror."""
        await eventually(lambda: self._alive() and self.client.version >= version)

    async def holds(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the mirror looks like this."""
        await eventually(lambda: self._alive() and condition(self.names))

    def _alive(self) -> bool:
        if self._task is not None and self._task.done():
            self._task.result()
        return True


class Service:
    """A folder, its settings file and the process that serves it."""

    def __init__(self, folder: Path, **channel: Any) -> None:
        self.folder = folder
        self.config = folder / "config"
        self.config.mkdir(exist_ok=True)
        self.channel: dict[str, Any] = {
            "name": "mesh",
            "sources": [{"name": "files", "type": "files", "path": "./config", "rescan": "1s"}],
            "policies": [POLICY],
            "publish": {"quiet": 0},
            **channel,
        }
        self.settings: dict[str, Any] = {"listen": "127.0.0.1:0", "channels": [self.channel]}
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.address = ""
        self.mesh_address = ""
        """Of gRPC, if a channel has wires."""
        self._sessions: list[aiohttp.ClientSession] = []

    # Files.

    def write(self, name: str, text: str | bytes) -> None:
        """Save a file of the source as careful editors do: beside it, then renamed over it."""
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.folder / "beside"
        beside.write_bytes(text if isinstance(text, bytes) else text.encode())
        beside.replace(path)

    def save_settings(self) -> None:
        (self.folder / "galley.yaml").write_text(yaml.safe_dump(self.settings, sort_keys=False))

    @property
    def log(self) -> str:
        """Everything that the service and its workers have said."""
        return (self.folder / "log").read_text()

    # The process.

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process and do not wait for it."""
        if self.address:
            self.settings["listen"] = self.address.removeprefix("http://")
        if self.mesh_address:
            self.settings["mesh_listen"] = self.mesh_address
        self.save_settings()
        environment = {**os.environ, **self.environment}
        with (self.folder / "log").open("ab") as log:
            self._spoken = log.tell()
            self.process = subprocess.Popen(
                [*GALLEY, "serve", "-c", str(self.folder / "galley.yaml")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        return self.process

    async def start(self) -> None:
        """Start the process and wait until it serves; from then on at the same address."""
        process = self.spawn()

        def serving() -> dict[str, str]:
            assert process.poll() is None, f"the service ended: {self.log[-2000:]}"
            events = map(json.loads, self._said().splitlines())
            return next((e for e in events if e.get("event") == "Serving."), {})

        where = await eventually(serving)
        self.address, self.mesh_address = where["address"], where.get("mesh_address", "")

    def _said(self) -> str:
        """Whole lines of JSON that this run has said."""
        with (self.folder / "log").open("rb") as log:
            log.seek(self._spoken)
            lines = log.read().decode().splitlines(keepends=True)
        return "".join(line for line in lines if line.startswith("{") and line.endswith("}\n"))

    def workers(self) -> list[int]:
        """Ids of the worker processes."""
        return processes(self.process.pid) if self.process else []

    async def stop(self) -> int:
        """Ask it to end, and wait; its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """`kill -9`, and wait until its workers have noticed too."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        process, workers = self.process, self.workers()
        process.send_signal(number)
        code: int = await asyncio.to_thread(process.wait, DEADLINE)
        await eventually(lambda: not any(map(running, workers)))
        self.process = None
        return code

    async def close(self) -> None:
        """Leave nothing behind."""
        for session in self._sessions:
            await session.close()
        if self.process is not None and self.process.poll() is None:
            workers = self.workers()
            self.process.terminate()
            try:
                await asyncio.to_thread(self.process.wait, 15)
            except subprocess.TimeoutExpired:
                for pid in (self.process.pid, *workers):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                await asyncio.to_thread(self.process.wait)

    # Ways in.

    async def ask(self, verb: str, path: str, **options: Any) -> Answer:
        """A request to any path; `json`, `params`, `headers` as aiohttp takes them."""
        if not self._sessions:
            self._sessions.append(aiohttp.ClientSession())
        async with self._sessions[0].request(verb, self.address + path, **options) as response:
            body = await response.read()
            kind = response.content_type
            return Answer(response.status, json.loads(body) if "json" in kind else body)

    async def get(self, path: str, *, channel: str = "mesh", **params: Any) -> Any:
        """What a route of the channel says; it must succeed."""
        answer = await self.ask("GET", f"/api/v1/channels/{channel}{path}", params=params)
        assert answer.status == 200, answer.body
        return answer.body

    async def post(self, path: str, *, channel: str = "mesh", **body: Any) -> Answer:
        """Ask a route of the channel to do something."""
        return await self.ask("POST", f"/api/v1/channels/{channel}{path}", json=body)

    async def cli(self, *words: str, channel: str = "mesh", token: str = "") -> tuple[int, str]:
        """Run the command line; its exit code and everything it said."""
        environment = {
            **os.environ,
            "GALLEY_SERVER": self.address,
            "GALLEY_CHANNEL": channel,
            "GALLEY_TOKEN": token,
            "COLUMNS": "300",
        }
        process = await asyncio.create_subprocess_exec(
            *GALLEY,
            *words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        async with asyncio.timeout(DEADLINE):
            said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    def follow(self, *, channel: str = "mesh", **options: Any) -> Follower:
        """The Python client on a channel, as a context."""
        return Follower(self.address, channel=channel, **options)

    # What is so.

    async def version(self, *, channel: str = "mesh") -> int:
        return int((await self.get("", channel=channel))["version"])

    async def live(self, version: int, *, channel: str = "mesh") -> dict[str, Any]:
        """Wait until this version or a newer one is live; the channel at a glance."""

        async def there() -> Any:
            answer = await self.ask("GET", f"/api/v1/channels/{channel}")
            assert answer.status in {200, 503}, answer.body
            return answer.body if answer.body.get("version", -1) >= version else None

        return dict(await eventually(there))

    async def names(self, *, channel: str = "mesh", version: int = 0) -> set[str]:
        """Names of the resources of a version."""
        found = await self.get("/resources", channel=channel, version=version, limit=1000)
        return {item["name"] for item in found["resources"]}

    async def shows(self, code: str) -> dict[str, Any]:
        """Wait until a diagnostic with this code is shown."""

        async def shown() -> Any:
            found = await self.get("/diagnostics")
            return next((item for item in found if item["code"] == code), None)

        return dict(await eventually(shown))

    async def versions(self) -> list[dict[str, Any]]:
        """The whole history, oldest first."""
        found: list[dict[str, Any]] = []
        while not found or found[-1]["parent"]:
            before = found[-1]["version"] if found else 0
            page = await self.get("/history", limit=1000, before=before)
            found += page["versions"]
        return found[::-1]


@pytest.fixture
async def make_service(tmp_path: Path) -> AsyncIterator[Callable[..., Service]]:
    """A service that is not started yet; arguments are settings of its channel."""
    made: list[Service] = []

    def make(folder: str = "", **channel: Any) -> Service:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        made.append(Service(place, **channel))
        return made[-1]

    yield make
    for service in made:
        await service.close()


@pytest.fixture
async def service(make_service: Callable[..., Service]) -> Service:
    """A service with version 1 live: ConfigMaps `a` and `b`, each in a file of its own."""
    service = make_service()
    service.write("a.yaml", manifest("a", x="1"))
    service.write("b.yaml", manifest("b", x="1"))
    await service.start()
    await service.live(1)
    return service


@pytest.fixture
def wait_until() -> Callable[..., Awaitable[Any]]:
    """Wait for a condition, with a deadline."""
    return eventually


@pytest.fixture
def text_of() -> Callable[..., str]:
    """A manifest as text."""
    return manifest


@pytest.fixture
def texts_of() -> Callable[[Iterable[str]], str]:
    """Several manifests as one text."""
    return lambda names: "---\n".join(manifest(name, x="1") for name in names)
