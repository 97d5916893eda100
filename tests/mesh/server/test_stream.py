"""One stream by itself: how it ends, whoever finds that it must."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

import grpc.aio
import pytest

from galley.memory import Crowd
from galley.mesh import deadlines
from galley.mesh.deadlines import Deadlines
from galley.mesh.gate import Gate
from galley.mesh.message import Message
from galley.mesh.session import StreamError
from galley.mesh.stream import Stream


class Scripted:
    """A session that does what a test says."""

    due = inf

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.on_take: Callable[[], None] = lambda: None
        self.error: Exception | None = None
        self.left = False

    def take(self, data: bytes) -> None:
        self.on_take()

    def next(self) -> Message | None:
        if self.error:
            raise self.error
        return self.said.pop() if self.said else None

    def leave(self) -> None:
        self.left = True


class Served:
    """A stream, its session, and the two ends of its connection."""

    def __init__(self, slow: float = 30.0) -> None:
        self.requests: asyncio.Queue[Any] = asyncio.Queue()
        self.writes: list[bytes] = []
        self.reads = asyncio.Event()
        self.session = Scripted()
        self.stream = Stream(
            self.requests.get,
            self.write,
            gate=Gate(),
            deadlines=Deadlines(slow),
            crowd=Crowd(),
        )
        self.serving = asyncio.create_task(self.stream.serve(self.session), name="stream")

    async def write(self, data: bytes) -> None:
        self.writes.append(data)
        await self.reads.wait()

    async def tell(self, text: bytes) -> None:
        """Something is due, and is being written."""
        await asyncio.sleep(0)
        self.session.said.append(Message([text], count=1, digest=b"", version=1))
        self.stream.wake()
        await asyncio.sleep(0)
        assert self.writes[-1].startswith(text)

    async def ended(self) -> None:
        async with asyncio.timeout(10):
            await self.serving


async def test_the_last_thing_due_is_told_to_a_client_that_says_no_more() -> None:
    served = Served()
    await served.tell(b"one")
    await served.requests.put(grpc.aio.EOF)
    _, waits = await asyncio.wait((served.serving,), timeout=0.05)
    assert waits
    served.reads.set()
    await served.ended()
    assert served.session.left


async def test_nothing_more_is_written_while_a_write_is_not_over() -> None:
    served = Served()
    await served.tell(b"one")
    served.session.said.append(Message([b"two"], count=1, digest=b"", version=2))
    served.stream.wake()
    await asyncio.sleep(0)
    assert len(served.writes) == 1
    served.reads.set()
    await served.requests.put(grpc.aio.EOF)
    await served.ended()
    assert [each[:3] for each in served.writes] == [b"one", b"two"]


async def test_a_failure_of_a_session_is_no_failure_of_who_wakes_it() -> None:
    served = Served()
    await asyncio.sleep(0)
    served.session.error = ValueError("a mistake")
    served.stream.wake()
    with pytest.raises(ValueError, match="a mistake"):
        await served.ended()
    assert served.session.left


async def test_a_write_that_fails_ends_the_stream() -> None:
    served = Served()

    async def fail(data: bytes) -> None:
        raise OSError("the other end is gone")

    served.stream._write = fail
    await asyncio.sleep(0)
    served.session.said.append(Message([b"one"], count=1, digest=b"", version=1))
    served.stream.wake()
    with pytest.raises(OSError, match="gone"):
        await served.ended()


async def test_a_request_may_end_a_stream_whose_client_does_not_read() -> None:
    served = Served()
    await served.tell(b"one")
    served.session.on_take = lambda: served.stream.end("by its own request")
    await served.requests.put(b"")
    with pytest.raises(StreamError, match="by its own request"):
        await served.ended()


async def test_an_end_from_elsewhere_counts_once() -> None:
    served = Served()
    await served.tell(b"one")
    served.stream.end("first")
    served.stream.end("second")
    with pytest.raises(StreamError, match="first"):
        await served.ended()
    served.stream.end("late")
    served.stream.wake()


async def test_a_stream_that_was_ended_before_it_began_does_not_begin() -> None:
    served = Served()
    served.stream.end("at once")
    with pytest.raises(StreamError, match="at once"):
        await served.ended()


async def test_who_ends_the_task_sees_it_end() -> None:
    """A cancellation is no end of the server's own."""
    served = Served()
    await served.tell(b"one")
    served.serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await served.ended()
    assert served.session.left


async def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "LOOK_SECONDS", 0.01)
    served = Served(slow=0.01)
    await served.tell(b"one")
    with pytest.raises(StreamError, match=r"nothing was read for 0.01 s") as caught:
        await served.ended()
    assert caught.value.code == "DEADLINE_EXCEEDED"
