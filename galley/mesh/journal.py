"""What a client said lately: for whoever wonders what it is doing."""

from collections import deque
from typing import Literal, NamedTuple

LENGTH = 32
"""Requests that are remembered of each client."""
NONCE_LENGTH = 64
"""Characters of a nonce that are kept: clients make up what they like."""

Word = Literal["asks", "ack", "nack", "stale"]


class Said(NamedTuple):
    """One request."""

    time: float
    type: str
    nonce: str
    word: Word


class Journal:
    """The last requests of one client; takes no room before the first one."""

    __slots__ = ("_said",)

    def __init__(self) -> None:
        self._said: deque[tuple[float, str, str, Word]] | None = None
        """Plain tuples, which share the nonces of what clients share: there are many clients."""

    def add(self, time: float, type_name: str, nonce: str, word: Word) -> None:
        if self._said is None:
            self._said = deque(maxlen=LENGTH)
        self._said.append((time, type_name, nonce, word))

    def all(self) -> tuple[Said, ...]:
        """The oldest first."""
        return tuple(Said(*each) for each in self._said or ())
