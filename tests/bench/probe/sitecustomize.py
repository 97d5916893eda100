"""Clock readings inside the product's processes, taken from outside: the product has no such code.

Python imports this module at start when its folder is on PYTHONPATH. It looks at what the process
is, wraps a handful of functions, and writes a line per event to the file that the environment
names: `PID EVENT SECONDS ...`, on the monotonic clock that all processes of a machine share.
SIGUSR1 collects garbage. Whatever it wraps must exist: a renamed function fails the benchmark.
"""

import asyncio
import functools
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

STAMPS = os.environ.get("GALLEY_BENCH_STAMPS", "")
STALL_STEP = 0.002
"""Seconds between two looks at the serving loop."""
STALL_WORTH = 0.003
"""A delay below this many seconds is not written down."""

_file = os.open(STAMPS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if STAMPS else -1


def stamp(event: str, *facts: object) -> None:
    """Write down that something happens now."""
    told = " ".join(map(str, (os.getpid(), event, f"{time.perf_counter():.7f}", *facts)))
    os.write(_file, f"{told}\n".encode())


def before(owner: type, name: str, event: str, facts: Callable[..., tuple[object, ...]]) -> None:
    """Stamp every call of a method."""
    inner = getattr(owner, name)

    @functools.wraps(inner)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        stamp(event, *facts(*args))
        return inner(*args, **kwargs)

    setattr(owner, name, wrapped)


def in_worker() -> None:
    """From a notification to a durable commit."""
    from galley.worker.announce import Announcer  # noqa: PLC0415  # in this process alone
    from galley.worker.intake import Intake  # noqa: PLC0415  # in this process alone
    from galley.worker.publisher import Publisher  # noqa: PLC0415  # in this process alone
    from sources.files.reader import Reader  # noqa: PLC0415  # in this process alone

    before(Reader, "notice", "noticed", lambda *_: ())
    before(Intake, "take", "read", lambda _, batch: (len(batch.changes),))
    before(Publisher, "_decide", "staged", lambda *_: ())
    before(
        Announcer,
        "published",
        "committed",
        lambda voice, version, *_: (voice.channel, version.number),
    )
    signal.signal(signal.SIGUSR1, _collect)


def in_service() -> None:
    """From a version's arrival to its last acknowledgement, and how late the loop is."""
    from galley.server import stall  # noqa: PLC0415  # in this process alone
    from galley.server.delivery import Deliveries  # noqa: PLC0415  # in this process alone

    published, received = Deliveries.published, Deliveries.received

    def note_published(
        self: Any, version: int, connected: int, had: int, refusing: set[Any]
    ) -> None:
        published(self, version, connected, had, refusing)
        stamp("live", version, connected, had)

    def note_received(self: Any, member: Any, *, live: bool) -> None:
        received(self, member, live=live)
        counted = self._live
        if live and counted is not None and counted.had == counted.connected:
            stamp("acked", counted.version, counted.had)

    Deliveries.published = note_published  # type: ignore[method-assign]  # that is its purpose
    Deliveries.received = note_received  # type: ignore[method-assign]  # as above
    stall._measure = _measure  # type: ignore[assignment]  # as above
    signal.signal(signal.SIGUSR1, _collect)


async def _measure(_metrics: Any) -> None:
    """How late a short timer is, and how much of that this process worked itself."""
    while True:
        due, worked = time.perf_counter() + STALL_STEP, time.thread_time()
        await asyncio.sleep(STALL_STEP)
        late = time.perf_counter() - due
        if late > STALL_WORTH:
            stamp("stall", f"{late:.6f}", f"{time.thread_time() - worked:.6f}")


def _collect(*_: object) -> None:
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    stamp("collected")


if STAMPS and "galley.worker" in sys.orig_argv:
    in_worker()
elif STAMPS and "tests.bench.launch" in sys.orig_argv:
    in_service()
