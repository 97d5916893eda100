"""The last good snapshot on disk: what a subscriber starts from while no server is there.

The file is a recorded stream: messages of the protocol, each with its length and checksum, first a
full state, then one update per accepted version. A full state is written beside the file and
renamed over it; a record that a crash cut short is ignored. Readable by its owner only. One file
serves one client.
"""

import asyncio
import hashlib
import logging
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgpack

from galley.client.errors import MismatchError, StateError
from galley.client.mirror import Draft, Mirror
from galley.protocol import messages
from galley.protocol.messages import Chunk, Note, ProtocolError, Update, View

log = logging.getLogger("galley.client")

FORMAT = 1
PART = 500
"""Resources in one record of a full state."""
SLACK_BYTES = 1024 * 1024
"""Updates may take this much, or as much as the full state, before that is written anew."""
_HEADER = struct.Struct("!I8s")


class Keep:
    """The file of one client."""

    def __init__(self, path: Path, channel: str, view: View) -> None:
        self._path = path
        self._subject: bytes = msgpack.packb([FORMAT, channel, view.as_map()])
        self._whole = 0
        self._appended = 0

    async def restore(self, mirror: Mirror) -> bool:
        """Fill an empty mirror with what was last good; whether there was anything.

        Raises:
            StateError: the file is there and cannot be read.
        """
        try:
            data = await asyncio.to_thread(self._path.read_bytes)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StateError(f"the last good snapshot cannot be read: {error}") from error
        records = _records(data)
        if next(records, None) != self._subject:
            log.warning("%s holds another channel or view and is not used.", self._path)
            return False
        try:
            await _replay(mirror, records)
        except (ProtocolError, MismatchError) as error:
            log.warning("%s is damaged and not used: %s.", self._path, error)
            return False
        return mirror.version > 0

    async def save(self, mirror: Mirror, draft: Draft, base: bytes) -> None:
        """Keep what the mirror now holds; `draft` led there from the content `base`.

        Raises:
            StateError: the file cannot be written.
        """
        record = _record(messages.encode(_delta(draft, base)))
        grown = self._appended + len(record)
        try:
            if draft.whole or not self._whole or grown > max(SLACK_BYTES, self._whole):
                await asyncio.to_thread(self._replace, [self._subject, *_snapshot(mirror)])
            else:
                await asyncio.to_thread(self._append, record)
        except OSError as error:
            raise StateError(f"the last good snapshot cannot be written: {error}") from error

    def _replace(self, payloads: Iterable[bytes]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for payload in payloads:
                file.write(_record(payload))
            file.flush()
            os.fsync(descriptor)
            self._whole = file.tell()
        beside.replace(self._path)
        self._appended = 0

    def _append(self, record: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(record)
        self._appended += len(record)


async def _replay(mirror: Mirror, records: Iterable[bytes]) -> None:
    draft: Draft | None = None
    for record in records:
        message = messages.decode(record)
        if isinstance(message, Update):
            draft = Draft(mirror, message)
        elif isinstance(message, Chunk) and draft is not None:
            draft.add(message.number, message.upserts, message.removals)
        if draft is not None and draft.complete:
            await draft.verify()
            mirror.accept(draft)
            draft = None
        await asyncio.sleep(0)


def _snapshot(mirror: Mirror) -> Iterator[bytes]:
    contents = [resource.content for resource in mirror.resources.values()]
    parts = [contents[start : start + PART] for start in range(0, len(contents), PART)]
    note = Note(mirror.lineage, mirror.version, "", 0, 0.0, "", "")
    yield messages.encode(Update(0, 0, note, None, mirror.digest, [], len(parts), [], []))
    for index, part in enumerate(parts, 1):
        yield messages.encode(Chunk(0, 0, index, part, []))


def _delta(draft: Draft, base: bytes) -> Update:
    contents = [resource.content for resource in draft.upserts.values()]
    return Update(0, 0, draft.note, base, draft.target, [], 0, contents, list(draft.removals))


def _record(payload: bytes) -> bytes:
    return _HEADER.pack(len(payload), hashlib.sha256(payload).digest()[:8]) + payload


def _records(data: bytes) -> Iterator[bytes]:
    """The records up to the first that is cut short or damaged."""
    at = 0
    while at + _HEADER.size <= len(data):
        size, mark = _HEADER.unpack_from(data, at)
        payload = data[at + _HEADER.size : at + _HEADER.size + size]
        if len(payload) < size or hashlib.sha256(payload).digest()[:8] != mark:
            return
        yield payload
        at += _HEADER.size + size
