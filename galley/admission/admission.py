"""Admission as a whole: the address, its certificate, the judges; and telling workers to register.

It listens only if a cluster is to ask. A channel's webhook is registered when its judge is ready,
so that no cluster asks somebody who cannot answer yet.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from galley.admission.certificates import Certificates, keep, today, trusted
from galley.admission.channel import AdmittingChannel, Worker
from galley.admission.endpoint import Counts, Endpoint
from galley.listening import Listener, ListenError
from galley.protocol.control import Method
from galley.server.backend import BackendError
from galley.settings import ServiceSettings, TlsSettings
from sources.settings import AdmissionSettings

log = logging.getLogger("galley.admission")

EVERY = 600.0
"""Seconds between two looks at whether a certificate is due."""
AGAIN = 2.0
"""Seconds until a worker that could not be told to register is told again."""


class Admission:
    """Answers clusters for all channels of a service."""

    def __init__(self, settings: ServiceSettings, counts: Counts) -> None:
        self._settings = settings
        self._folder = settings.data_dir.absolute() / "admission"
        self._counts = counts
        self._channels: dict[str, AdmittingChannel] = {}
        self._news: dict[str, asyncio.Event] = {}
        """Set when a channel has to be judged by something else, or registered anew."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        """What follows each channel."""
        self._renewing: asyncio.Task[None] | None = None
        self._listener: Listener | None = None
        self._endpoint: Endpoint | None = None
        self._certificates: Certificates | None = None

    @property
    def address(self) -> str:
        """`https://host:port` as it really is; empty while no cluster is to ask."""
        return self._listener.address if self._listener else ""

    async def take_over(self, settings: ServiceSettings, workers: Mapping[str, Worker]) -> None:
        """Judge for the channels of these settings that have clusters which ask.

        Raises:
            ListenError: the address cannot be listened on, or its certificate cannot be used.
        """
        self._settings = settings
        wanted = {name: each for name, each in workers.items() if each.settings.admitting}
        for name in self._channels.keys() - wanted.keys():
            await self._leave(name)
        if wanted:
            asked = (each.settings.admitting.values() for each in wanted.values())
            await self._listen(chain.from_iterable(asked))
        for name, worker in wanted.items():
            if name not in self._channels:
                self._enter(name, worker)
            self._news[name].set()

    def changed(self, name: str) -> None:
        """Another environment of a channel is in force, or its worker is another process."""
        if name in self._news:
            self._news[name].set()

    async def stop(self) -> None:
        """Stop listening, then judging."""
        if self._listener:
            await self._listener.stop()
        await asyncio.gather(*map(self._leave, tuple(self._channels)))
        await _end(self._renewing)

    # --- the address ---

    async def _listen(self, asked: Iterable[AdmissionSettings]) -> None:
        address = self._settings.admission
        try:
            tls = address.tls or self._own(list(asked))
            self._bundle()
            word = self._word()
        except OSError as error:
            why = f"{error.filename}: {error.strerror}"
            raise ListenError(f"the certificate for clusters cannot be used; {why}") from error
        except ValueError as error:
            raise ListenError(f"the certificate for clusters cannot be used; {error}") from error
        if self._listener:
            self._listener.renew(tls)
            return
        self._endpoint = Endpoint(word, self._channels, self._counts)
        listener = Listener()
        shutdown = self._settings.shutdown
        await listener.start(self._endpoint.app(), address.listen, tls, shutdown=shutdown)
        self._listener = listener
        log.info("Clusters are answered at %s.", listener.address)
        self._renewing = asyncio.create_task(self._renew(), name="certificates")

    def _own(self, asked: list[AdmissionSettings]) -> TlsSettings:
        """A certificate of our own, which is there and good."""
        self._certificates = Certificates(self._folder, map(_host, asked))
        self._certificates.renew(today())
        return _files_of(self._certificates)

    async def _renew(self) -> None:
        """Renew certificates in time; given ones are read again, as whoever renews them says
        nothing."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                self._look_at_certificates()
            except (OSError, ListenError) as error:
                log.error("The certificate of the admission address stays as it is: %s", error)

    def _look_at_certificates(self) -> None:
        tls, own = self._settings.admission.tls, self._certificates
        if tls is None and own is not None:
            own.renew(today())
            tls = _files_of(own)  # also if it was not due: the last one may not have been loaded
        if self._listener:
            self._listener.renew(tls)
        for news in self._news.values():
            news.set()

    def _word(self) -> str:
        """What stands in the path; the same after a restart."""
        path = self._folder / "word"
        if not path.exists() or not path.read_text().strip():
            keep(path, secrets.token_hex(16).encode())
        return path.read_text().strip()

    def _bundle(self) -> str:
        """What clusters are to trust."""
        address = self._settings.admission
        if address.tls is None:
            return self._certificates.bundle if self._certificates else ""
        return trusted(address.ca or address.tls.certificate)

    # --- the channels ---

    def _enter(self, name: str, worker: Worker) -> None:
        self._channels[name] = AdmittingChannel(worker, self._settings.log)
        self._news[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(
            self._follow(name, worker), name=f"admission of {name}"
        )

    async def _leave(self, name: str) -> None:
        await _end(self._tasks.pop(name))
        del self._news[name]
        await self._channels.pop(name).stop()

    async def _follow(self, name: str, worker: Worker) -> None:
        """Judge by what is in force, and have the channel's clusters ask, again and again."""
        channel, news = self._channels[name], self._news[name]
        judged: object = None
        while True:
            await news.wait()
            news.clear()
            if not worker.environment:
                continue
            wanted = _wanted(worker)
            if wanted != judged and await channel.renew():
                judged = wanted
            current = judged == _wanted(worker)  # it may have changed since
            if not current or not channel.judging or not await self._register(name, worker):
                await asyncio.sleep(AGAIN)
                news.set()

    async def _register(self, name: str, worker: Worker) -> bool:
        """Have the worker register the webhooks of its clusters; whether it could be told."""
        endpoint = self._endpoint
        if endpoint is None:
            return False
        paths = {source: endpoint.path(name, source) for source in worker.settings.admitting}
        try:
            params: dict[str, Any] = {"bundle": self._bundle(), "paths": paths}
            await worker.ask(Method.REGISTER, params, within=10)
        except (BackendError, OSError, ValueError) as error:
            log.warning("The webhooks of channel %s are not registered yet: %s", name, error)
            return False
        return True


def _wanted(worker: Worker) -> object:
    """What a judge is made of."""
    return worker.settings, worker.environment, worker.expired


async def _end(task: asyncio.Task[None] | None) -> None:
    if task:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _files_of(own: Certificates) -> TlsSettings:
    return TlsSettings(certificate=own.path, key=own.path)


def _host(admission: AdmissionSettings) -> str:
    """Whom API servers call: the name that is in the certificate."""
    if admission.url:
        return urlsplit(admission.url).hostname or ""
    namespace, name = admission.service.partition(":")[0].split("/")
    return f"{name}.{namespace}.svc"
