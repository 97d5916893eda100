"""A watch: events as they come, from one resourceVersion on."""

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import orjson

from sources.kubernetes.access import Access
from sources.kubernetes.failure import GONE, AnsweredError
from sources.kubernetes.frames import Frames, FrameTooLargeError
from sources.kubernetes.selectors import Query

_SHORTEST, _LONGEST = 240, 480
"""Seconds that the API server is asked to keep a watch: many must not end at once."""
_LARGEST = 32 * 1024 * 1024
"""Bytes of one event: far more than any object that etcd keeps."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened to an object, or (`BOOKMARK`) only time that has passed."""

    type: str
    item: dict[str, Any]

    @property
    def version(self) -> str:
        return str((self.item.get("metadata") or {}).get("resourceVersion", ""))


async def events(
    access: Access, path: str, query: Query, version: str
) -> AsyncGenerator[Event | None, None]:
    """What happens after a resourceVersion, in order; None whenever the connection shows life.

    Raises:
        AnsweredError: the API server refuses; 410 if it no longer knows that version, or the watch
            cannot go on from there.
        UnreachableError: it cannot be reached.
        TimeoutError: it was silent for too long.
    """
    asked = (
        *query,
        ("watch", "1"),
        ("allowWatchBookmarks", "1"),
        ("resourceVersion", version),
        ("timeoutSeconds", str(random.randint(_SHORTEST, _LONGEST))),  # noqa: S311  # no secret
    )
    frames = Frames(_LARGEST)
    async with access.stream(path, asked) as pieces:
        yield None
        async for piece in pieces:
            yield None
            for line in _lines(frames, piece):
                yield _event(line)


def _lines(frames: Frames, piece: bytes) -> list[bytes]:
    try:
        return list(frames.feed(piece))
    except FrameTooLargeError as error:
        raise AnsweredError(GONE, str(error)) from error


def _event(line: bytes) -> Event:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:  # which holds the line, and the line may hold secrets
        raise AnsweredError(GONE, "an event is no JSON") from None
    item = said.get("object") or {}
    if said.get("type") == "ERROR":
        raise AnsweredError(int(item.get("code") or 500), str(item.get("message", ""))[:500])
    return Event(said.get("type", ""), item)
