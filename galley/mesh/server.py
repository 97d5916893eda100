"""The gRPC server for clients of meshes, on an address of its own in the serving process.

What a stream may have is judged once, when it says who it is, and again when that changes. A stop
ends the streams with a status that says: come back.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from galley import __version__
from galley.listening import ListenError, address
from galley.memory import Crowd
from galley.mesh.deadlines import Deadlines
from galley.mesh.door import Caller, Channels, Door
from galley.mesh.gate import Gate
from galley.mesh.opening import Opened
from galley.mesh.peers import address_of
from galley.mesh.services import Method, methods
from galley.mesh.session import StreamError
from galley.mesh.stream import Stream
from galley.mesh.tls import CertificateError, Certificates
from galley.server.access import Access
from galley.server.counts import StreamCounts
from galley.server.turns import turns
from galley.settings import ServiceSettings

log = logging.getLogger("galley.mesh")

MANY = 100_000
"""Streams that may wait to be accepted: all clients reconnect at once after a restart, and those
beyond are refused at random."""
RECEIVE_BYTES = 16 * 1024 * 1024
"""Longest request: the first of a delta stream names all that the client has."""
OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.server.max_pending_requests", MANY),
    ("grpc.server.max_pending_requests_hard_limit", 2 * MANY),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_concurrent_streams", 1024),
    ("grpc.max_receive_message_length", RECEIVE_BYTES),
    ("grpc.max_send_message_length", -1),
)
"""Clients ping every 30 s, also without a stream; what is stricter cuts them off."""
OPEN_SECONDS = 200e-6
"""What the loop needs for a stream that comes: all come at once after a restart."""
STOP_SECONDS = 1.0
"""How long streams may take to end at a stop: those of clients that do not read take all of it."""


class MeshServer:
    """Serves all channels that have wires; confined to the serving loop."""

    def __init__(
        self,
        settings: ServiceSettings,
        channels: Channels,
        access: Callable[[], Access],
        counts: StreamCounts | None = None,
    ) -> None:
        self.address = ""
        """`host:port` as it really is, once started."""
        self._settings = settings
        self._counts = counts or StreamCounts()
        self._door = Door(settings, channels, access)
        self._streams: dict[Opened, None] = {}
        """Until the client has their status: one that does not read counts for as long."""
        self._numbers = itertools.count(1)
        self._gate = Gate()
        self._deadlines = Deadlines(settings.mesh.slow_reader)
        self._crowd = Crowd()
        self._server: Any = None

    async def start(self) -> None:
        """Listen.

        Raises:
            ListenError: the address is taken or wrong, or the certificate cannot be used.
        """
        host, port = address(self._settings.mesh_listen)
        shown = f"[{host}]" if ":" in host else host
        server = grpc.aio.server(handlers=[_Handlers(self)], options=OPTIONS)
        port = self._bind(server, f"{shown}:{port}")
        await server.start()
        self._server = server
        self.address = f"{shown}:{port}"

    def take_over(self, settings: ServiceSettings) -> list[str]:
        """Other groups, peers and channels count; streams that they concern end. What takes a
        restart, as sentences."""
        before, self._settings = self._settings, settings
        self._door.take_over(settings)
        self._deadlines.seconds = settings.mesh.slow_reader
        for opened in self._streams:
            opened.judge_again()
        return ["mesh.tls takes a restart."] if settings.mesh.tls != before.mesh.tls else []

    def expel(self, credentials: Collection[str]) -> None:
        """End the streams of these credentials, which are no longer good."""
        for opened in self._streams:
            if opened.grant.name in credentials:
                opened.expel()

    async def stop(self) -> None:
        """End every stream, and stop listening."""
        server, self._server = self._server, None
        if server is None:
            return
        for opened in self._streams:
            opened.end("the server is stopping")
        await server.stop(grace=STOP_SECONDS)

    async def serve(self, method: Method, context: Any) -> None:
        """One stream, from its start to its status."""
        await turns().room(leaves=OPEN_SECONDS)
        said = dict(context.invocation_metadata() or ())
        caller = _caller(context)
        stream = Stream(
            context.read,
            context.write,
            gate=self._gate,
            deadlines=self._deadlines,
            crowd=self._crowd,
        )
        session = f"m{next(self._numbers)}"
        opened = Opened(self._door, caller, stream, session, method.suffix)
        try:
            with self._counted():
                self._accept()
                opened.let_in(said.get("authorization"))
                self._streams[opened] = None
                await context.send_initial_metadata((("config.source.version", __version__),))
                await stream.serve(method.session(opened, self._settings.mesh))
        except StreamError as error:
            log.info("The stream of %s ends: %s", caller.shown, error)
            await _abort(context, error)
        except grpc.aio.InternalError:
            raise asyncio.CancelledError from None  # nobody is at the other end any more
        except grpc.aio.BaseError:
            raise
        except Exception:
            log.exception("The stream of %s failed.", caller.shown)
            await _abort(context, StreamError("INTERNAL", "the server failed; its log says how"))
        finally:
            self._streams.pop(opened, None)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """How a stream ends; told before the client is, as one that does not read never hears."""
        status = "INTERNAL"
        try:
            yield
            status = "OK"
        except (asyncio.CancelledError, grpc.aio.InternalError):
            status = "CANCELLED"
            raise
        except StreamError as error:
            status = error.code
            if error.refusal:
                self._counts.refused[error.refusal] += 1
            raise
        finally:
            self._counts.closed[status] += 1

    def _bind(self, server: Any, listen: str) -> int:
        tls = self._settings.mesh.tls
        try:
            if not tls:
                return int(server.add_insecure_port(listen))
            return int(server.add_secure_port(listen, Certificates(tls).credentials()))
        except CertificateError as error:
            raise ListenError(f"mesh.tls: {error}") from error
        except RuntimeError as error:
            raise ListenError(
                f"cannot listen on {listen} for gRPC; is it in use, perhaps by another Galley?"
            ) from error

    def _accept(self) -> None:
        if self._server is None:
            raise StreamError("UNAVAILABLE", "the server is stopping")
        if len(self._streams) >= self._settings.mesh.streams:
            raise StreamError(
                "RESOURCE_EXHAUSTED",
                "there are as many streams as there may be",
                refusal="limit",
            )


class _Handlers(grpc.GenericRpcHandler):
    """Hands calls to the server; requests and responses are bytes."""

    def __init__(self, server: MeshServer) -> None:
        self._handlers: dict[str, Any] = {
            path: grpc.stream_stream_rpc_method_handler(_handler(server, method))
            for path, method in methods().items()
        }

    def service(self, handler_call_details: Any) -> Any:
        return self._handlers.get(handler_call_details.method)


def _handler(server: MeshServer, method: Method) -> Any:
    async def handle(_: AsyncIterator[bytes], context: Any) -> None:  # `read` is quicker
        await server.serve(method, context)

    return handle


def _caller(context: Any) -> Caller:
    host, shown = address_of(context.peer())
    names = context.auth_context().get("x509_subject_alternative_name", ())
    return Caller(tuple(each.decode(errors="replace") for each in names), host, shown)


async def _abort(context: Any, error: StreamError) -> None:
    try:
        await context.abort(grpc.StatusCode[error.code], str(error))
    except grpc.aio.InternalError:
        raise asyncio.CancelledError from None  # it went meanwhile
