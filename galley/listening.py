"""A listening socket: one application on one address, with TLS if the settings say so."""

import asyncio
import errno
import logging
import os
import ssl
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from galley.server.access import split_host
from galley.server.door import Entrance
from galley.settings import ServiceSettings, TlsSettings

log = logging.getLogger("galley.http")

BACKLOG = 4096
"""Connections that may wait to be accepted: all subscribers reconnect at once after a restart."""
LINGER = 1.0
"""Seconds that the rest of a refused body is read on, so that the client sees the answer."""


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the HTTP server is about a fault of this process: anybody can send what is
    no HTTP, as often as they like. With `level: debug` that is told as well."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, BadHttpMessage) or log.isEnabledFor(logging.DEBUG)


log.addFilter(_is_ours)


class ListenError(Exception):
    """The address cannot be listened on, or the certificate cannot be used."""


class Listener:
    """Serves one application on one address."""

    def __init__(self) -> None:
        self.address = ""
        """`http://host:port` as it really is, once started."""
        self._runner: web.AppRunner | None = None
        self._entrance: Entrance | None = None
        self._server: asyncio.Server | None = None
        self._tls: ssl.SSLContext | None = None

    async def start(
        self, app: web.Application, listen: str, tls: TlsSettings | None, *, shutdown: float
    ) -> None:
        """Listen; `shutdown` is how many seconds a stop may take.

        Raises:
            ListenError: the address is taken or wrong, or the certificate cannot be used.
        """
        host, port = address(listen)
        self._tls = _context(tls) if tls else None
        self._runner = web.AppRunner(
            app, access_log=None, logger=log, shutdown_timeout=shutdown, lingering_time=LINGER
        )
        await self._runner.setup()
        self._entrance = Entrance(cast("web.Server", self._runner.server))
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                self._entrance, host, port, ssl=self._tls, backlog=BACKLOG
            )
        except OSError as error:
            raise ListenError(_why_not(listen, error)) from error
        port = self._server.sockets[0].getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.address = f"{'https' if self._tls else 'http'}://{shown}:{port}"

    def renew(self, tls: TlsSettings | None) -> None:
        """Read certificate and key again; connections that are open keep theirs.

        Raises:
            ListenError: they cannot be used; the old ones stay.
        """
        if self._tls and tls:
            _load(self._tls, tls)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        if self._server and self._entrance:
            self._server.close()
            self._entrance.close()
        if self._runner:
            await self._runner.cleanup()
        self._server = self._entrance = self._runner = None


def check_address(settings: ServiceSettings) -> None:
    """Make sure that there are hosts and ports to listen on.

    Raises:
        ListenError: a setting that is an address is something else.
    """
    address(settings.listen)
    address(settings.admission.listen)
    if settings.mesh_listen:
        address(settings.mesh_listen)


def address(listen: str) -> tuple[str, int]:
    """Host and port of a setting.

    Raises:
        ListenError: it is something else.
    """
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ListenError(f"{listen!r} is not an address; write host:port, such as 127.0.0.1:8340")
    return split_host(listen) or host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # asked for


def _why_not(listen: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{listen} is in use, perhaps by another Galley; stop that, or listen elsewhere"
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return f"cannot listen on {listen}; {reason}"


def _context(tls: TlsSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(tls.client_ca)
    _load(context, tls)
    return context


def _load(context: ssl.SSLContext, tls: TlsSettings) -> None:
    try:
        context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise ListenError(f"cannot use certificate {str(tls.certificate)!r}; {error}") from error
