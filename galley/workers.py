"""The service's end of each worker: what it is to be, and passing on what it tells.

While there is none, subscribers are served what is live from the serving process.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from galley.child import Child, UnusableError
from galley.protocol.control import Change, Entry, Event, Form, Method, PastChange, VersionNote
from galley.server.backend import BackendError
from galley.server.channel import Channel, DamagedContentError
from galley.settings import ChannelSettings, ServiceSettings

log = logging.getLogger("galley.workers")


class FatalWorkerError(Exception):
    """A worker cannot start, and trying again is no use."""


class WorkerProcess(Child):
    """One channel's worker."""

    def __init__(
        self, settings: ChannelSettings, service: ServiceSettings, lines: Mapping[str, Channel]
    ) -> None:
        super().__init__(f"The worker of channel {settings.name}", "galley.worker")
        self.settings = settings
        self.max_message = service.mesh.max_message
        """As the settings say now."""
        self.health: dict[str, Any] = {}
        """The last health report; empty before the first."""
        self.untold: dict[int, tuple[int, int, int]] = {}
        """Who has what, as far as the worker could not be told yet."""
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first load is whole or the first process has ended; fails with
        FatalWorkerError."""
        self.environment = b""
        """Content of the environment in force, of a channel that admits; empty until told."""
        self.expired: list[str] = []
        """What of it does not hold any more; told with it."""
        self.judged_by: Callable[[], object] = lambda: None
        """Called when another environment is in force."""
        self._service = service
        self._lines = lines
        self._told: dict[Event, Callable[[Channel, dict[str, Any]], None]] = {
            Event.OPENED: lambda line, told: line.opened(told["lineage"]),
            Event.KINDS: lambda line, told: line.kinds(told["names"]),
            Event.CONTENT: lambda line, told: line.content([Entry(*e) for e in told["entries"]]),
            Event.LIVE: self._live,
            Event.CHANGES: lambda line, told: line.changes([Change(*c) for c in told["changes"]]),
            Event.FORMS: lambda line, told: line.forms([Form(*f) for f in told["forms"]]),
            Event.WIRES: lambda line, told: line.wires(told["wires"]),
            Event.PUBLISHED: lambda line, told: line.published(VersionNote(*told["version"])),
            Event.HEALTH: self._healthy,
            Event.ENVIRONMENT: self._judging,
            Event.FAILED: self._failed,
        }

    async def changes_since(self, version: int) -> tuple[int, list[PastChange]]:
        """How an old version differs from the live one, for `Channel`."""
        try:
            answer = await self.ask(Method.CHANGES_SINCE, {"version": version}, within=30)
        except BackendError as error:
            raise LookupError(f"version {version} cannot be compared; {error}") from error
        return answer["head"], [PastChange(*item) for item in answer["changes"]]

    def greeting(self) -> list[Any]:
        service = self._service
        assignment = {
            "settings": self.settings.model_dump(mode="json"),
            "store": service.store or str(service.data_dir),
            "folder": "/",
            "max_message": self.max_message,
            "fetched": str(service.data_dir.absolute() / "fetched" / self.settings.name),
            "log": service.log.model_dump(mode="json"),
        }
        return [0, "assignment", assignment]

    def told(self, event: str, payload: dict[str, Any]) -> None:
        line = self._lines[payload["channel"]]
        try:
            self._told[Event(event)](line, payload)
        except DamagedContentError as error:
            raise UnusableError(str(error)) from error
        if line.damage:
            raise UnusableError(line.damage)

    def gone(self) -> None:
        if not self.started.done():
            self.started.set_result(None)  # others must not wait for what is tried again

    def hopeless(self) -> bool:
        return self.started.done() and self.started.exception() is not None

    def _live(self, line: Channel, told: dict[str, Any]) -> None:
        line.live(VersionNote(*told["version"]) if told["version"] else None)
        self.problem = ""
        if not self.started.done():
            self.started.set_result(None)

    def _healthy(self, _line: Channel, told: dict[str, Any]) -> None:
        self.health = told["health"]

    def _judging(self, _line: Channel, told: dict[str, Any]) -> None:
        self.environment, self.expired = told["content"], told["expired"]
        self.judged_by()

    def _failed(self, _line: Channel, told: dict[str, Any]) -> None:
        self.problem = f"The channel's worker cannot run: {told['reason']}."
        log.error("Channel %s: %s.", self.settings.name, told["reason"])
        if told["fatal"] and not self.started.done():
            name = self.settings.name
            self.started.set_exception(FatalWorkerError(f"channel {name}: {told['reason']}"))
