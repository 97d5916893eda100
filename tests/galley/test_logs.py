"""Logs: one JSON object a line or text, and never a secret."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from galley import logs
from galley.listening import Listener
from galley.settings import LogSettings


@pytest.fixture
def written() -> Iterator[Any]:
    """Configure logging into a text; the root logger is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def configure(form: Any, level: Any = "info") -> io.StringIO:
        stream = io.StringIO()
        logs.configure(LogSettings(format=form, level=level), stream=stream, channel="mesh")
        return stream

    yield configure
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "text", "auto"])
def test_secrets_are_masked_wherever_they_stand(written: Any, form: str) -> None:
    """In the message, in a field, in a nested one, in the URL of a database."""
    stream = written(form)
    facts = {"token": "s3cret", "request": {"authorization": "Bearer s3cret", "verb": "GET"}}
    logging.getLogger("galley.test").info(
        "connecting to %s with Bearer s3cret", "postgresql://me:s3cret@host/db", extra=facts
    )

    assert "s3cret" not in stream.getvalue()
    assert "GET" in stream.getvalue()
    assert "host/db" in stream.getvalue()


def test_json_is_one_object_a_line_with_the_facts(written: Any) -> None:
    stream = written("auto")
    try:
        int("a\nb")
    except ValueError:
        logging.getLogger("galley.test").exception("It failed.", extra={"version": 3})
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)

    assert (found["event"], found["level"], found["channel"], found["version"]) == (
        "It failed.",
        "error",
        "mesh",
        3,
    )
    assert "ValueError" in found["exception"]


def test_local_values_are_not_shown_in_tracebacks(written: Any) -> None:
    stream = written("text")
    password = "s3cret"
    try:
        int(password)
    except ValueError:
        logging.getLogger("galley.test").exception("It failed.")

    assert "ValueError" in stream.getvalue()
    assert "password" not in stream.getvalue().replace("int(password)", "")


@pytest.mark.parametrize(("level", "told"), [("info", False), ("debug", True)])
async def test_what_is_no_http_fills_no_log(written: Any, level: Any, told: bool) -> None:
    stream = written("json", level)
    listener = Listener()
    await listener.start(web.Application(), "127.0.0.1:0", None, shutdown=1)
    place = urlsplit(listener.address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(b"GET / HTTP/1.1\r\nno header\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await listener.stop()

    assert answer.startswith(b"HTTP/1.0 400 ")
    assert ("Traceback" in stream.getvalue()) is told
