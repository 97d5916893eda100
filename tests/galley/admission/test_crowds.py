"""Requests that come slowly, or too many at once, keep neither the service nor each other."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from galley.admission import channel
from galley.admission.admission import Admission
from tests.galley.admission.conftest import Worker, ask, settings_of
from tests.journeys.conftest import eventually


@contextlib.asynccontextmanager
async def slow(running: Admission, worker: Worker, size: int) -> AsyncIterator[Any]:
    """A request whose body does not come; gives what is answered."""
    place, path = urlsplit(running.address), worker.registered["paths"]["cluster"]
    trust = ssl.create_default_context(cadata=worker.registered["bundle"])
    reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=trust)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n{{".encode())
    yield reader
    writer.close()


async def test_a_request_that_does_not_come_whole_is_not_waited_for(
    admitting: Any, tmp_path: Path
) -> None:
    running, worker = await admitting(settings_of(tmp_path, timeout=0.2))
    await eventually(lambda: worker.registered)

    async with slow(running, worker, 9) as answer, asyncio.timeout(10):
        assert b" 503 " in await answer.readline()


async def test_more_than_can_be_held_at_once_is_not_judged(
    admitting: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(channel, "BYTES_AT_ONCE", 100_000)
    running, worker = await admitting(settings_of(tmp_path))
    await eventually(lambda: worker.registered)

    async def is_judged() -> bool:
        return await ask(running, worker, text="x" * 60_000) is not None

    async def is_not_judged() -> bool:
        return not await is_judged()

    assert await is_judged()
    async with slow(running, worker, 60_000):
        await eventually(is_not_judged)
    await eventually(is_judged)
