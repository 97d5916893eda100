"""What the client's library says only in its log: that an exec plugin has failed.

It goes on without credentials, and the API server would then say that nobody in particular may not
do this or that, which sends people looking in the wrong place.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

_LIBRARY = logging.getLogger("kubernetes.aio.config.kube_config")


class _Listener(logging.Handler):
    """Keeps what is said by the task that made it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        self._task = asyncio.current_task()

    def emit(self, record: logging.LogRecord) -> None:
        if asyncio.current_task() is self._task:
            self.said.append(record.getMessage())


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What the library complains of, in this task, meanwhile."""
    listener = _Listener()
    _LIBRARY.addHandler(listener)
    try:
        yield listener.said
    finally:
        _LIBRARY.removeHandler(listener)
