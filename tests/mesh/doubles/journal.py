"""What a double saw and did, in order, and how a test waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.transport import End

DEADLINE = 10.0


@dataclass(frozen=True)
class Unreachable:
    """An attempt to connect that failed."""


@dataclass(frozen=True)
class Opened:
    """A stream, counted from 1."""

    stream: int


@dataclass(frozen=True)
class Sent:
    """A request that was handed to gRPC; raw bytes where no message could be read from them."""

    stream: int
    message: Message


@dataclass(frozen=True)
class Received:
    """A response, and its length in bytes."""

    stream: int
    message: Message
    size: int


@dataclass(frozen=True)
class Ended:
    """A stream that ended."""

    stream: int
    end: End


Event: TypeAlias = Unreachable | Opened | Sent | Received | Ended


@dataclass
class Journal:
    """All events of a double, over all its streams."""

    events: list[Event] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.wake()

    def wake(self) -> None:
        """Something changed: whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def sent(self) -> list[Message]:
        return [event.message for event in self.events if isinstance(event, Sent)]

    @property
    def received(self) -> list[Message]:
        return [event.message for event in self.events if isinstance(event, Received)]

    @property
    def ends(self) -> list[End]:
        return [event.end for event in self.events if isinstance(event, Ended)]

    @property
    def streams(self) -> int:
        """How many were opened."""
        return sum(isinstance(event, Opened) for event in self.events)

    def sent_on(self, stream: int) -> list[Message]:
        return [e.message for e in self.events if isinstance(e, Sent) and e.stream == stream]

    async def until(
        self,
        condition: Callable[[], bool],
        *,
        timeout: float = DEADLINE,  # noqa: ASYNC109  # what the message says, and no more
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        """Wait for a condition, which is looked at after each change.

        Args:
            condition: what must be true.
            timeout: seconds, after which it fails.
            alive: raises when nothing can change any more.

        Raises:
            TimeoutError: with what happened last.
        """
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    alive()
                    await self._changed.wait()
        except TimeoutError:
            last = "\n".join(str(event) for event in self.events[-5:])
            raise TimeoutError(f"not within {timeout:g} s; the last events:\n{last}") from None
