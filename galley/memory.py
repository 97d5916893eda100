"""What a process does with memory: while it imports, after a large load, and while it serves."""

import ctypes
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 2
"""Collections of the middle generation, each of some 7,000 objects, before one of the oldest."""
REST = 0.02
"""A process that worked less than this share of the time rests."""
HOUR = 3600.0
DAY = 24 * HOUR

LARGE = 5_000
"""Resources that come or go at once, from which enough memory is left behind to tidy up."""


@contextmanager
def importing() -> Iterator[None]:
    """Around a program's imports: what they make stays, so nobody looks it through for garbage,
    neither meanwhile, which takes a tenth of their time, nor in any collection later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """Leave what was loaded out of later collections, and give back what the load has freed.

    What is loaded stays anyway, and a full collection over it stops the process for a tenth of a
    second and more.
    """
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give freed memory back to the system; takes 8 ms for 100 MB.

    The C library keeps it unless it is asked (glibc's `malloc_trim`): after all of 100,000
    resources have changed that is as much as they take.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def collect_little() -> None:
    """Look at each object a few times while it is young, and then leave it alone.

    A full collection visits every object of every connection: 5,000 of them take a fifth of a
    second, for which everybody waits. So the oldest generation is collected early, and what remains
    is put aside. What is put aside and becomes garbage goes by itself, unless it is a cycle: for
    those there is `Resting`.
    """
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FEW)
    if _put_aside not in gc.callbacks:
        gc.callbacks.append(_put_aside)


class Crowd:
    """Looks at what many streams leave behind, little by little.

    The collector counts what comes less what goes. A stream that waits for its next request puts
    the same few objects in the place of others each time, so thousands of them are passed over for
    long and then looked at all at once, for up to 54 ms, and twice more as they grow old. Here
    those of a few messages are looked at while they are young and in the processor's cache, and all
    there is is put aside; what becomes a cycle of garbage later waits for `Resting`.
    """

    __slots__ = ("_passed",)

    MESSAGES = 64

    def __init__(self) -> None:
        self._passed = 0

    def passed(self) -> None:
        """One message came or went."""
        self._passed += 1
        if self._passed == self.MESSAGES:
            self._passed = 0
            gc.collect(0)
            gc.freeze()


class Resting:
    """Looks through everything once an hour, when this process has nothing else to do."""

    def __init__(self) -> None:
        self._looked = self._collected = time.monotonic()
        self._worked = time.process_time()

    def look(self) -> None:
        """Called now and then; a process that never rests is looked through once a day."""
        now, worked = time.monotonic(), time.process_time()
        rests = worked - self._worked < REST * (now - self._looked)
        self._looked, self._worked = now, worked
        if now - self._collected > (HOUR if rests else DAY):
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._collected = now


def _put_aside(phase: str, info: dict[str, int]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
