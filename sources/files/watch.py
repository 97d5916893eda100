"""What the system notifies of a folder, as sets of changes, with a tick in between."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError  # the public names lack it

from sources.files.place import Tree, said

# One line for each change would drown everything else that is logged at this level.
logging.getLogger("watchfiles.main").setLevel(logging.WARNING)

TICK = 0.5
"""Seconds between two looks at whether the folder itself is still there."""
_GATHER = 50
"""Milliseconds after which changes are handed on though more of them keep coming."""

Changes: TypeAlias = set[tuple[Change, str]]


async def watch(tree: Tree, step: int, failed: Callable[[str], None]) -> AsyncIterator[Changes]:
    """Changes below the top of a tree; an empty set at every tick. Never ends by itself.

    Where the system refuses to watch, `failed` is told why and only ticks come.
    """
    try:
        async for changes in awatch(
            tree.top,
            watch_filter=None,
            debounce=max(_GATHER, step),
            step=step,
            rust_timeout=int(TICK * 1000),
            yield_on_timeout=True,
            recursive=not tree.single,
            ignore_permission_denied=True,
        ):
            yield changes
    except OSError as error:
        failed(said(error))
    except WatchfilesRustInternalError as error:
        failed(str(error))
    while True:
        await asyncio.sleep(TICK)
        yield set()
