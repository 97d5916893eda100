"""A worker process from its first message, which says what to be, to its exit code."""

import contextlib
import gc
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from galley import inherited, logs
from galley.protocol.framing import Link, LinkClosedError
from galley.settings import ChannelSettings, LogSettings
from galley.store.errors import StoreError
from galley.worker.announce import Announcer
from galley.worker.process import FATAL, Assignment, work

log = logging.getLogger("galley.worker")


def be_worker(descriptor: int) -> int:
    """Be a worker over this end of a socket pair until told to stop; 0 for an ordered end."""
    gc.set_threshold(50_000, 20, 100)  # resources at rest hold no cycles: look for some rarely
    return inherited.serve(descriptor, _serve)


async def _serve(link: Link) -> int:
    try:
        told: dict[str, Any] = (await link.receive())[2]
    except LinkClosedError:
        return 1
    settings = ChannelSettings.model_validate(told["settings"])
    logs.configure(LogSettings.model_validate(told["log"]), channel=settings.name)
    assignment = Assignment(
        settings,
        told["store"],
        Path(told["folder"]),
        max_message=told["max_message"],
        fetched=Path(told["fetched"]),
    )
    announcer = Announcer(link, settings.name)
    failures: list[BaseException] = []
    try:
        await work(assignment, link)
    except* (StoreError, LinkClosedError) as errors:
        failures += _leaves(errors)
    for error in failures:
        if isinstance(error, StoreError):
            with contextlib.suppress(LinkClosedError):  # then nobody listens any more
                await announcer.failed(str(error), fatal=isinstance(error, FATAL))
    return 1 if failures else 0


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
