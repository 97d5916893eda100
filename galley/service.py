"""The service: workers, channels and the HTTP application, started in order, stopped in reverse.

Workers first, so that what is live is there; then the listening sockets. A stop closes the sockets,
then the subscribers' connections, then the workers, all within one deadline.
"""

import asyncio
import contextlib
import functools
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

from galley import memory, settings_file
from galley.admission.admission import Admission
from galley.listening import Listener, ListenError
from galley.protocol.control import COMPANION, Method
from galley.protocol.results import ChannelResult, ProblemResult
from galley.server.access import Access, AccessError, check_exposure
from galley.server.app import build_app
from galley.server.backend import BackendError
from galley.server.channel import Channel
from galley.server.counts import StreamCounts
from galley.server.metrics import Metrics
from galley.server.state import METRICS, STATE
from galley.settings import ChannelSettings, ServiceSettings
from galley.workers import FatalWorkerError, WorkerProcess

if TYPE_CHECKING:
    from galley.mesh.server import MeshServer

log = logging.getLogger("galley.service")

TURN = 1.0
"""Seconds between two tellings to the workers of who has what."""

SILENT = 10.0
"""Seconds without a word after which a worker counts as stuck; it reports every second."""

RESTART_ONLY = (
    "listen",
    "mesh_listen",
    "admission",
    "data_dir",
    "store",
    "stream",
    "log",
    "shutdown",
)
"""Settings that a reload cannot take over."""


class Service:
    """A running service; what its HTTP handlers see of it is `galley.server.backend.Backend`."""

    def __init__(self, settings: ServiceSettings, path: Path | None = None) -> None:
        self.settings = settings
        self.started = time.time()
        self.listener = Listener()
        self._path = path
        self._admission: Admission | None = None
        self._mesh: MeshServer | None = None
        self._access: Callable[[], Access]
        self._metrics: Metrics
        self._channels: dict[str, Channel] = {}
        self._workers: dict[str, WorkerProcess] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reloading = asyncio.Lock()
        self._resting = memory.Resting()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """Everything is up inside the block, and down after it.

        Raises:
            FatalWorkerError: a channel cannot start at all.
            ListenError: the address cannot be listened on.
            AccessError: a token of the settings cannot be read.
        """
        settings = self.settings
        check_exposure(settings)
        app = build_app(self, settings)
        self._access = app[STATE].access
        expel_streams = app[STATE].expel

        def expel(names: set[str]) -> None:
            expel_streams(names)
            if self._mesh:
                self._mesh.expel(names)

        app[STATE].expel = expel
        self._metrics = app[METRICS]
        self._admission = Admission(settings, self._metrics)
        try:
            await self._start_channels(settings.channels)
            memory.settle()
            shutdown = settings.shutdown
            await self.listener.start(app, settings.listen, settings.tls, shutdown=shutdown)
            await self._serve_meshes(settings)
            async with self._reloading:
                await self._admission.take_over(self.settings, self._workers)
            turning = asyncio.create_task(self._turn(), name="deliveries")
            try:
                yield self
            finally:
                turning.cancel()
                await asyncio.gather(turning, return_exceptions=True)
        finally:
            if self._mesh:
                await self._mesh.stop()
            await asyncio.gather(self._admission.stop(), self.listener.stop())
            await self._stop_channels(list(self._workers))

    @property
    def mesh_address(self) -> str:
        """Where gRPC is listened on; empty if nowhere."""
        return self._mesh.address if self._mesh else ""

    def channels(self) -> Mapping[str, Channel]:
        """Serving side of every channel line by name."""
        return self._channels

    def health(self) -> list[ChannelResult]:
        """Every channel at a glance, as last told by its worker."""
        return [self._glance(name, worker) for name, worker in self._workers.items()]

    async def ask(
        self, channel: str, method: Method, params: Mapping[str, Any], *, within: float = 30
    ) -> Any:
        """Ask a channel's worker; see `Backend`."""
        worker = self._workers.get(channel.removesuffix(COMPANION))
        if worker is None:
            names = ", ".join(self._workers)
            raise _problem("not-found", 404, f"There is no channel {channel!r}.", names)
        return await worker.ask(method, params, within=within)

    async def reload(self) -> list[str]:
        """Read the settings file again and take it over; what could not be, as sentences."""
        if self._path is None:
            raise _problem("usage", 400, "The service runs without a settings file.", "")
        async with self._reloading:
            try:
                settings = settings_file.load(self._path)
                check_exposure(settings.model_copy(update=self._kept()))
            except (settings_file.SettingsError, AccessError) as error:
                raise _problem(
                    "refused", 422, str(error), "Mend the file; nothing changed."
                ) from error
            return await self._take_over(settings)

    def _kept(self) -> dict[str, Any]:
        return {name: getattr(self.settings, name) for name in RESTART_ONLY}

    async def _take_over(self, settings: ServiceSettings) -> list[str]:
        warnings = [
            f"{name} takes a restart."
            for name in RESTART_ONLY
            if getattr(settings, name) != getattr(self.settings, name)
        ]
        wanted = {channel.name: channel for channel in settings.channels}
        for name in wanted.keys() & self._workers.keys():
            warnings += await self._reconfigure(wanted[name], settings.mesh.max_message)
        gone = [name for name in self._workers if name not in wanted]
        new = [channel for name, channel in wanted.items() if name not in self._workers]
        await self._stop_channels(gone)
        with contextlib.suppress(FatalWorkerError):  # the worker says so below
            await self._start_channels(new)
        problems = {channel.name: self._workers[channel.name].problem for channel in new}
        warnings += [f"Channel {name}: {text}" for name, text in problems.items() if text]
        self.settings = settings.model_copy(update=self._kept())
        try:
            self.listener.renew(self.settings.tls)
        except ListenError as error:
            warnings.append(f"The old certificate stays in use: {error}.")
        try:
            if self._admission:
                await self._admission.take_over(self.settings, self._workers)
        except ListenError as error:
            warnings.append(f"Clusters are not answered as the settings say: {error}.")
        try:
            warnings += await self._serve_meshes(self.settings)
        except ListenError as error:
            warnings.append(f"Meshes are not served: {error}.")
        self._access()  # and connections of tokens that are gone are closed
        log.info("Settings taken over; %s warnings.", len(warnings))
        return warnings

    async def _serve_meshes(self, settings: ServiceSettings) -> list[str]:
        """Listen for clients of meshes, if a channel has wires; or tell who does the settings. What
        takes a restart, as sentences.

        Raises:
            ListenError: the address cannot be listened on, or what it takes is not installed.
        """
        if self._mesh:
            return self._mesh.take_over(settings)
        if settings.serves_meshes:
            counts = self._metrics.mesh
            mesh = _mesh_server(settings, self.channels, self._access, counts)
            await mesh.start()
            self._mesh = mesh
        return []

    async def _reconfigure(self, channel: ChannelSettings, max_message: int) -> list[str]:
        worker = self._workers[channel.name]
        params = {"settings": channel.model_dump(mode="json"), "max_message": max_message}
        try:
            answer = await worker.ask(Method.RECONFIGURE, params, within=120)
        except BackendError as error:
            found = [item.message for item in error.problem.diagnostics]
            return [f"Channel {channel.name} stays as it was: {' '.join([str(error), *found])}"]
        worker.settings, worker.max_message = channel, max_message
        return [f"Channel {channel.name}: {text}" for text in answer["warnings"]]

    async def _start_channels(self, channels: tuple[ChannelSettings, ...] | list[Any]) -> None:
        """Start workers and wait until each has loaded, or has said why it cannot.

        Raises:
            FatalWorkerError: none of all channels can run; otherwise the others are served.
        """
        for channel in channels:
            self._start_channel(channel)
        started = (self._workers[channel.name].started for channel in channels)
        outcomes = await asyncio.gather(*started, return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, FatalWorkerError)]
        if failed and len(failed) == len(self._workers):
            raise failed[0]

    def _start_channel(self, channel: ChannelSettings) -> None:
        name = channel.name
        lines: dict[str, Channel] = {}
        worker = WorkerProcess(channel, self.settings, lines)
        if self._admission:
            worker.judged_by = functools.partial(self._admission.changed, name)
        for line in (name, name + COMPANION):
            lines[line] = Channel(line, worker.changes_since, self.settings.stream)
        self._channels.update(lines)
        self._workers[name] = worker
        self._tasks[name] = asyncio.create_task(worker.run(), name=f"worker of {name}")

    async def _stop_channels(self, names: list[str]) -> None:
        stopping = [self._workers[name].stop(self.settings.shutdown) for name in names]
        await asyncio.gather(*stopping)
        for name in names:
            task = self._tasks.pop(name)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del self._workers[name]
            for line in (name, name + COMPANION):
                await self._channels.pop(line).close()

    def _glance(self, name: str, worker: WorkerProcess) -> ChannelResult:
        line = self._channels[name]
        connected, synced = line.members.connected()
        health = worker.health or _nothing(name)
        glance = ChannelResult.model_validate(
            {**health, "subscribers": connected, "synced": synced}
        )
        if head := line.head:  # newer than the last report
            fresh = {"version": head.number, "digest": head.digest.hex(), "published": head.time}
            glance = glance.model_copy(update={**fresh, "ready": True})
        problem = worker.problem or _silent(worker)
        if problem:
            update = {"state": "down", "problem": problem, "ready": line.head is not None}
            return glance.model_copy(update=update)
        return glance

    async def _turn(self) -> None:
        """Tell the workers who has what, and tidy up, again and again."""
        while True:
            await asyncio.sleep(TURN)
            workers = list(self._workers.items())
            telling = (tell_deliveries(self._channels[name], worker) for name, worker in workers)
            await asyncio.gather(*telling)
            self._resting.look()


async def serve(
    settings: ServiceSettings,
    path: Path | None = None,
    on_ready: Callable[[Service], None] | None = None,
) -> None:
    """Run a service until SIGTERM or SIGINT; SIGHUP reads the settings file again."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = Service(settings, path)
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.create_task(_reload(service), name="reload")
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    async with service.running():
        if on_ready:
            on_ready(service)
        await stop.wait()


def run(
    settings: ServiceSettings,
    path: Path | None = None,
    on_ready: Callable[[Service], None] | None = None,
) -> None:
    """`serve` in an event loop of its own; returns after an ordered stop."""
    memory.collect_little()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, path, on_ready))


async def tell_deliveries(line: Channel, worker: WorkerProcess) -> None:
    """Tell a worker who has what; what it cannot take now waits for the next turn."""
    line.sweep()
    if worker.problem:
        return
    told = worker.untold = {**worker.untold, **line.members.deliveries()}
    refusals = line.members.refusals
    news = refusals.take()
    if not told and news is None:
        return
    params = {"received": {str(number): list(counts) for number, counts in told.items()}}
    try:
        answer = await worker.ask(
            Method.RECEIVED, {**params, **(news.params() if news else {})}, within=5
        )
    except BackendError:
        if news:
            refusals.give_back(news)
    else:
        worker.untold = {}
        refusals.learn(answer["standing"], line.members)


def _mesh_server(
    settings: ServiceSettings,
    channels: Callable[[], Mapping[str, Channel]],
    access: Callable[[], Access],
    counts: StreamCounts,
) -> "MeshServer":
    """What it takes is an extra, and takes 20 MiB: it is loaded by those who have meshes."""
    try:
        from galley.mesh.server import MeshServer  # noqa: PLC0415  # as said
    except ImportError as error:
        raise ListenError(
            f"channels have wires, and {error.name} is missing, which serving them takes; install "
            "galley-config[mesh], or set mesh_listen to nothing"
        ) from error
    return MeshServer(settings, channels, access, counts)


async def _reload(service: Service) -> None:
    try:
        for warning in await service.reload():
            log.warning("%s", warning)
    except BackendError as error:
        log.error("The settings stay as they were: %s", error)


def _silent(worker: WorkerProcess) -> str:
    """The problem of a worker that lives and says nothing; empty while it reports."""
    seconds = worker.silence()
    return f"The channel's worker has said nothing for {seconds:.0f} s." if seconds > SILENT else ""


def _problem(code: str, status: int, detail: str, remedy: str) -> BackendError:
    problem = ProblemResult(
        title="The request cannot be carried out",
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
    )
    return BackendError(problem)


def _nothing(name: str) -> dict[str, Any]:
    """The health of a channel whose worker has not told any yet."""
    counts = ("version", "resources", "pending", "blocked", "errors", "warnings", "published")
    texts = ("channel", "lineage", "digest", "environment")
    nothing: dict[str, Any] = {**dict.fromkeys(counts, 0), **dict.fromkeys(texts, "")}
    return {**nothing, "channel": name, "state": "loading", "ready": False}
