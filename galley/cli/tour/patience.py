"""Nothing is shown before it is true; what does not come true in time ends the tour loudly."""

from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 15.0
"""Seconds that anything may take before the tour gives up."""

LOOK = 0.02
"""Seconds between two looks at what has no event to wait for."""


class DidNotHappenError(Exception):
    """What the tour had announced did not come true."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the tour expected this in vain: {what}")


@contextmanager
def in_time(what: str) -> Iterator[None]:
    """Say what was waited for when time is out.

    Raises:
        DidNotHappenError: the block ended by a timeout.
    """
    try:
        yield
    except TimeoutError:
        raise DidNotHappenError(what) from None


def require(true: object, what: str) -> None:
    """End the tour unless this is so.

    Raises:
        DidNotHappenError: it is not.
    """
    if not true:
        raise DidNotHappenError(what)
