"""What the tour happens with: a scratch folder, the real service over it, and a real subscriber.

Nothing is shown before it is true: `until` waits for a condition and ends the tour loudly if it
does not come.
"""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import galley
from galley.cli.failure import Failure
from galley.cli.remote import Remote
from galley.client import Client, Update
from galley.service import Service
from galley.settings import LogSettings
from galley.settings_file import load
from pipeline.model import Key, Resource

PATIENCE = 15.0
"""Seconds that anything may take before the tour gives up."""

LOOK = 0.02
"""Seconds between two looks at what has no event to wait for."""


class DidNotHappenError(Exception):
    """What the tour had announced did not come true."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the tour expected this in vain: {what}")


def samples() -> Path:
    """The folder of samples: inside an installed package, beside it in a checkout.

    Raises:
        Failure: there is none.
    """
    home = Path(galley.__file__).parent
    for place in (home / "samples", home.parent / "samples"):
        if (place / "quickstart" / "galley.yaml").is_file():
            return place
    raise Failure("The samples are missing.", remedy="Install Galley again.")


class Folder:
    """A copy of `samples/quickstart` that may be edited."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(samples() / "quickstart", path, ignore=shutil.ignore_patterns("data"))
        self.settings = path / "galley.yaml"

    def replace(self, file: str, old: str, new: str) -> float:
        """Exchange a text in a file, as a careful editor does; the moment it is there."""
        place = self.path / file
        text = place.read_text(encoding="utf-8")
        if old not in text:
            raise DidNotHappenError(f"{old!r} in {file}")
        aside = place.with_suffix(".new")
        aside.write_text(text.replace(old, new), encoding="utf-8")
        aside.replace(place)
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a subscriber got, and when."""

    version: int
    upserts: Mapping[Key, Resource]
    """What was new or different."""
    removals: frozenset[Key]
    resources: Mapping[Key, Resource]
    """Everything that it holds then."""
    moment: float
    """Seconds of the monotonic clock."""


class Subscriber:
    """A program that uses the public client, and remembers what it was given."""

    def __init__(self, url: str) -> None:
        self.arrivals: list[Arrival] = []
        self._url = url
        self._news = asyncio.Condition()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        async with Client(self._url, node="demo") as client:
            async for update in client:
                await self._take(update)

    async def has(self, version: int) -> Arrival:
        """Wait until this version, or a newer one, has arrived.

        Raises:
            DidNotHappenError: it has not, in time.
        """
        with _deadline(f"version {version} arrives at the subscriber"):
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: self._newest() >= version)
        return self.arrivals[-1]

    async def arrival(self, index: int) -> Arrival:
        """The arrival of this number, past or to come."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.arrivals) > index)
        return self.arrivals[index]

    def _newest(self) -> int:
        return self.arrivals[-1].version if self.arrivals else 0

    async def _take(self, update: Update) -> None:
        moment = time.monotonic()
        held = Arrival(
            update.version,
            dict(update.upserts),
            update.removals,
            dict(update.resources),
            moment,
        )
        async with self._news:
            self.arrivals.append(held)
            self._news.notify_all()


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a step needs."""

    folder: Folder
    remote: Remote
    subscriber: Subscriber
    start: Callable[[Coroutine[Any, Any, None]], object]
    """Run something until the tour ends."""

    async def get(self, path: str, **query: Any) -> Any:
        """Ask the service over HTTP, as the command line does."""
        return await asyncio.to_thread(self.remote.get, path, query)

    async def post(self, path: str, **body: Any) -> Any:
        """Have the service do something over HTTP, as the command line does."""
        return await asyncio.to_thread(self.remote.post, path, body)

    async def until(self, what: str, look: Callable[[], Awaitable[Any]]) -> Any:
        """Look again and again until there is something to see.

        Raises:
            DidNotHappenError: there was not, in time.
        """
        with _deadline(what):
            async with asyncio.timeout(PATIENCE):
                while not (seen := await look()):  # noqa: ASYNC110  # another process's state
                    await asyncio.sleep(LOOK)
        return seen


@asynccontextmanager
async def scene(scratch: Path) -> AsyncIterator[Scene]:
    """The service on a free port over a fresh copy of the samples; all is down afterwards."""
    folder = Folder(scratch / "demo")
    quiet = {"listen": "127.0.0.1:0", "log": LogSettings(level="error", format="text")}
    service = Service(load(folder.settings).model_copy(update=quiet))
    async with service.running(), asyncio.TaskGroup() as tasks:
        url = service.listener.address
        remote = Remote(url, channel="default", token="", ca_file=None)
        started: list[asyncio.Task[None]] = []

        def start(work: Coroutine[Any, Any, None]) -> None:
            started.append(tasks.create_task(work, name="demo"))

        yield Scene(folder, remote, Subscriber(url), start)
        for task in started:
            task.cancel()


@contextmanager
def _deadline(what: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise DidNotHappenError(what) from None


def require(true: object, what: str) -> None:
    """End the tour unless this is so.

    Raises:
        DidNotHappenError: it is not.
    """
    if not true:
        raise DidNotHappenError(what)
