"""Lines of a watch out of whatever pieces the network brings them in."""

from collections.abc import Iterator


class FrameTooLargeError(Exception):
    """A line is longer than any event of an object that would be read can be."""


class Frames:
    """Gathers pieces until a line is whole; each byte is copied once, however long the line."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The lines that this piece completes, without their ends; empty ones are none.

        Raises:
            FrameTooLargeError: a line is longer than the limit.
        """
        *whole, rest = piece.split(b"\n")
        for end in whole:
            self._add(end)
            line, self._parts, self._size = b"".join(self._parts), [], 0
            if line:
                yield line
        self._add(rest)

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            raise FrameTooLargeError(f"an event is larger than {self._limit:,} bytes")
        if part:
            self._parts.append(part)
