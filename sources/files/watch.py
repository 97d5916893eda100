"""What the system notifies of a folder, as sets of changes.

The library forgets what arrives in the moment in which a wait of its own runs out, so none ever
does; and it ends at the first thing that it does not understand, so it is begun again.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TypeAlias

from anyio.to_thread import current_default_thread_limiter
from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError  # the public names lack it

from sources.files.place import Tree, said

# One line for each change would drown everything else that is logged at this level.
logging.getLogger("watchfiles.main").setLevel(logging.WARNING)

FLOOD = 1000
"""Changes in one set from which others may be missing: the system's queue has an end, and the
library does not tell when it is reached."""
_GATHER = 50
"""Milliseconds after which changes are handed on though more of them keep coming."""
_AGAIN = (0.5, 60.0)
"""Seconds until a watch that has failed is begun again: at first, and at most."""

Changes: TypeAlias = set[tuple[Change, str]]


async def watch(
    tree: Tree, step: int, watching: Callable[[str], None]
) -> AsyncGenerator[Changes, None]:
    """Changes below the top of a tree. Never ends by itself.

    `watching` is called with an empty text when the watch begins, which it does before the event
    loop runs anything else, and with the problem when it has failed: what changes then is not told.
    """
    shortest, longest = _AGAIN
    wait = shortest
    while True:
        begun = time.monotonic()
        watching("")
        async with aclosing(_session(tree, step, watching)) as told:
            async for changes in told:
                yield changes
        wait = shortest if time.monotonic() - begun > longest else wait
        await asyncio.sleep(wait)
        wait = min(2 * wait, longest)


async def _session(
    tree: Tree, step: int, watching: Callable[[str], None]
) -> AsyncGenerator[Changes, None]:
    """One watch, until it fails."""
    try:
        async with _one_thread_more(), aclosing(_awatch(tree, step)) as told:
            async for changes in told:
                yield changes
    except* (OSError, WatchfilesRustInternalError) as failed:  # the library groups them
        watching(_reason(failed))


def _reason(failed: BaseException) -> str:
    """Why it has failed, as the end of a sentence."""
    while isinstance(failed, BaseExceptionGroup):
        failed = failed.exceptions[0]
    return said(failed) if isinstance(failed, OSError) else str(failed)


def _awatch(tree: Tree, step: int) -> AsyncGenerator[Changes, None]:
    return awatch(
        tree.top,
        watch_filter=None,
        debounce=max(_GATHER, step),
        step=step,
        rust_timeout=0,
        recursive=not tree.single,
        ignore_permission_denied=True,
    )


@asynccontextmanager
async def _one_thread_more() -> AsyncIterator[None]:
    """The library keeps one of the loop's threads for as long as it watches."""
    threads = current_default_thread_limiter()
    threads.total_tokens += 1
    try:
        yield
    finally:
        threads.total_tokens -= 1
