"""The bytes of one file, or why there are none."""

import os
import stat
from dataclasses import dataclass

from sources.files.place import Look, Signature, said

_BLOCKING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""A pipe without a writer must not hold the loop until somebody writes."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was between two equal looks."""

    data: bytes
    signature: Signature


@dataclass(frozen=True, slots=True)
class Oversize:
    """A file refused by its size, unread."""

    size: int
    signature: Signature


def read(path: str, limit: int) -> Content | Oversize | Look:
    """Read a file whole, if it has at most `limit` bytes.

    A `Look` says that it is gone, cannot be read, or changed meanwhile (then with a signature).
    """
    try:
        descriptor = os.open(path, _BLOCKING)
    except FileNotFoundError:
        return Look()
    except OSError as error:
        return Look(problem=said(error))
    try:
        return _read_open(descriptor, limit)
    except OSError as error:
        return Look(problem=said(error))
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, limit: int) -> Content | Oversize | Look:
    status = os.fstat(descriptor)
    before = Signature.of(status)
    if not stat.S_ISREG(status.st_mode):
        return Look(problem="it is not a regular file")
    if before.size > limit:
        return Oversize(before.size, before)
    data = _read_all(descriptor, before.size)
    after = Signature.of(os.fstat(descriptor))
    if after != before or len(data) != before.size:
        return Look(after)
    return Content(data, before)


def _read_all(descriptor: int, size: int) -> bytes:
    """As many bytes as the file had, and one more if it has grown."""
    data = os.read(descriptor, size + 1)
    while data and len(data) < size:
        more = os.read(descriptor, size + 1 - len(data))
        if not more:
            break
        data += more
    return data
