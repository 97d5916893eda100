"""What all doubles have: a task that keeps a stream open, a journal, and ways to misbehave."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import ClassVar, Self

from google.protobuf.message import DecodeError

from tests.mesh.doubles.journal import (
    DEADLINE,
    Ended,
    Journal,
    Opened,
    Received,
    Sent,
    Unreachable,
)
from tests.mesh.doubles.messages import Message, Status
from tests.mesh.doubles.pauses import Pauses
from tests.mesh.doubles.transport import Connection, Dialling, End, Stream


class Client(ABC):
    """A client of one stream at a time.

    A *subject* is what responses are about: a collection, or a type URL. What goes wrong in the
    client's task is raised by whoever waits for the client, and when it is left.
    """

    method: str
    """The full path of the call."""
    request: ClassVar[Message]
    response: ClassVar[Message]

    def __init__(
        self, address: str | Connection, *, dialling: Dialling, pauses: Pauses | None
    ) -> None:
        """Prepare; the connection is made when the client is entered.

        Args:
            address: of the server, or a connection that another client owns.
            dialling: how to connect.
            pauses: between streams; None: one stream and no other.
        """
        self.log = Journal()
        self.acks: Counter[str] = Counter()
        self.nacks: Counter[str] = Counter()
        self.held: defaultdict[str, list[Message]] = defaultdict(list)
        """Answers that are held back, by subject."""
        self._address = address
        self._dialling = dialling
        self._pauses = pauses
        self._holding: set[str] = set()
        self._refusals: dict[str, Message] = {}
        self._reading = asyncio.Event()
        self._reading.set()
        self._stream: Stream | None = None

    async def __aenter__(self) -> Self:
        shared = isinstance(self._address, Connection)
        self.connection = (
            self._address
            if isinstance(self._address, Connection)
            else Connection(self._address, self._dialling)
        )
        self._close = None if shared else self.connection.close
        try:
            await self._start()
        except BaseException:
            await self._leave()
            raise
        self._task = asyncio.create_task(self._run(), name=f"{type(self).__name__} double")
        self._task.add_done_callback(lambda _: self.log.wake())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        finally:
            await self._leave()

    async def _leave(self) -> None:
        if self._close is not None:
            await self._close()

    # What differs from client to client.

    async def _start(self) -> None:  # noqa: B027  # most need nothing
        """Before the first stream."""

    @abstractmethod
    def _opening(self) -> Iterable[Message]:
        """The requests that begin a stream."""

    @abstractmethod
    def _subject(self, message: Message) -> str: ...

    @abstractmethod
    def _take(self, response: Message) -> Message | None:
        """Apply a response; the answer to it, if there is one."""

    @abstractmethod
    def _nack(self, response: Message, status: Message) -> Message: ...

    # What tests ask for.

    async def until(self, condition: Callable[[], bool], timeout: float = DEADLINE) -> None:  # noqa: ASYNC109
        """Wait for a condition on what the client knows.

        Raises:
            TimeoutError: it did not come true.
        """
        await self.log.until(condition, timeout=timeout, alive=self._alive)

    def _alive(self) -> None:
        if self._task.done():
            self._task.result()
            raise RuntimeError("the client has ended")

    async def opened(self, stream: int = 1) -> None:
        """Wait for so many streams to have been opened."""
        await self.until(lambda: self.log.streams >= stream)

    def hold(self, *subjects: str) -> None:
        """Apply responses as ever, and answer none of these subjects."""
        self._holding.update(subjects)

    async def release(self, subject: str) -> None:
        """Send the newest answer that is held back, forget the others, and go on as ever."""
        self._holding.discard(subject)
        for answer in self.held.pop(subject, [])[-1:]:
            await self._answer(answer)

    def nack_next(self, subject: str, text: str = "refused by a test", code: int = 3) -> None:
        """Refuse the next response of a subject without applying it."""
        self._refusals[subject] = Status(code=code, message=text)

    def stop_reading(self) -> None:
        """Take no more from the stream; a message that is on its way is kept for later."""
        self._reading.clear()

    def go_on_reading(self) -> None:
        self._reading.set()

    async def send(self, request: Message) -> None:
        """Send a request of the test's own."""
        await self.send_raw(request.SerializeToString())

    async def send_raw(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        try:
            message: Message = self.request.FromString(data)
        except DecodeError:
            message = data
        stream = self._open_stream()
        self.log.add(Sent(self.log.streams, message))
        await stream.send(data)

    async def half_close(self) -> None:
        """End the client's half of the stream."""
        await self._open_stream().half_close()

    def cancel(self) -> None:
        """Cancel the stream; the client opens the next as after any end."""
        self._open_stream().cancel()

    def _open_stream(self) -> Stream:
        if self._stream is None:
            raise RuntimeError("no stream is open")
        return self._stream

    # Its task.

    async def _run(self) -> None:
        await self._attempt()
        while self._pauses is not None:
            await asyncio.sleep(self._pauses.next())
            await self._attempt()

    async def _attempt(self) -> None:
        if not await self.connection.ready():
            self.log.add(Unreachable())
            return
        self._stream = self.connection.open(self.method)
        if self._pauses is not None:
            self._pauses.reset()
        number = self.log.streams + 1
        self.log.add(Opened(number))
        try:
            end = await self._talk(self._stream)
        finally:
            self._stream.cancel()
            self._stream = None
        self.held.clear()
        self.log.add(Ended(number, end))

    async def _talk(self, stream: Stream) -> End:
        for request in self._opening():
            await self.send(request)
        while True:
            await self._reading.wait()
            data = await stream.receive()
            if isinstance(data, End):
                return data
            await self._reading.wait()
            response = self.response.FromString(data)
            self.log.add(Received(self.log.streams, response, len(data)))
            await self._respond(response)
            self.log.wake()

    async def _respond(self, response: Message) -> None:
        subject = self._subject(response)
        refusal = self._refusals.pop(subject, None)
        answer = self._nack(response, refusal) if refusal else self._take(response)
        if answer is None:
            return
        if subject in self._holding:
            self.held[subject].append(answer)
        else:
            await self._answer(answer)

    async def _answer(self, answer: Message) -> None:
        counted = self.nacks if answer.HasField("error_detail") else self.acks
        counted[self._subject(answer)] += 1
        await self.send(answer)
