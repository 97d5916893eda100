"""What the tour happens with: a scratch folder, the real service over it, and real subscribers."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import galley
from galley.cli.failure import Failure
from galley.cli.remote import Remote
from galley.cli.tour.patience import LOOK, PATIENCE, DidNotHappenError, in_time
from galley.cli.tour.subscriber import Subscriber
from galley.protocol.control import Method
from galley.service import Service
from galley.settings_file import load


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
    """A copy of `samples/quickstart` that may be edited; it listens where there is room."""

    def __init__(self, path: Path) -> None:
        self.path = path
        shutil.copytree(samples() / "quickstart", path, ignore=shutil.ignore_patterns("data"))
        self.settings = path / "galley.yaml"
        quiet = "listen: 127.0.0.1:0\nlog: {level: error, format: text}"
        self.replace("galley.yaml", "listen: 127.0.0.1:8340", quiet)

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
class Scene:
    """Everything that the steps of one channel need."""

    folder: Folder
    remote: Remote
    subscriber: Subscriber
    service: Service
    start: Callable[[Coroutine[Any, Any, None]], object]
    """Run something until the tour ends."""

    def of(self, channel: str) -> "Scene":
        """The same service, seen from another channel, with a subscriber of its own."""
        return replace(
            self,
            remote=_remote(self.remote.url, channel),
            subscriber=Subscriber(self.remote.url, channel),
        )

    async def get(self, path: str, **query: Any) -> Any:
        """Ask the service over HTTP, as the command line does."""
        return await asyncio.to_thread(self.remote.get, path, query)

    async def post(self, path: str, **body: Any) -> Any:
        """Have the service do something over HTTP, as the command line does."""
        return await asyncio.to_thread(self.remote.post, path, body)

    async def reload(self) -> Any:
        """Have the service read its settings again."""
        return await asyncio.to_thread(self.remote.call, "POST", "/reload", body={})

    async def hint(self, source: str) -> None:
        """Let a source look at once: all that a forge's webhook does."""
        await self.service.ask(self.remote.channel, Method.HINT, {"source": source})

    async def until(self, what: str, look: Callable[[], Awaitable[Any]]) -> Any:
        """Look again and again until there is something to see.

        Raises:
            DidNotHappenError: there was not, in time.
        """
        with in_time(what):
            async with asyncio.timeout(PATIENCE):
                while not (seen := await look()):  # noqa: ASYNC110  # another process's state
                    await asyncio.sleep(LOOK)
        return seen


@asynccontextmanager
async def scene(scratch: Path) -> AsyncIterator[Scene]:
    """The service on a free port over a fresh copy of the samples; all is down afterwards."""
    folder = Folder(scratch / "demo")
    service = Service(load(folder.settings), folder.settings)
    async with service.running(), asyncio.TaskGroup() as tasks:
        url, channel = service.listener.address, "default"
        started: list[asyncio.Task[None]] = []

        def start(work: Coroutine[Any, Any, None]) -> None:
            started.append(tasks.create_task(work, name="demo"))

        yield Scene(folder, _remote(url, channel), Subscriber(url, channel), service, start)
        for task in started:
            task.cancel()


def _remote(url: str, channel: str) -> Remote:
    return Remote(url, channel=channel, token="", ca_file=None)
