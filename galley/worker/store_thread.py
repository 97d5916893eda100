"""The one thread that talks to the store, so that a slow disk never blocks the worker's loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from galley.store.store import Store

T = TypeVar("T")


class StoreThread:
    """A store whose calls run one after the other on a thread of their own."""

    def __init__(self, store: Store, executor: ThreadPoolExecutor) -> None:
        self._store = store
        self._executor = executor

    @classmethod
    async def open(cls, opening: Callable[[], Store]) -> "StoreThread":
        """Open a store on its thread; raises what `opening` raises."""
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        store = await asyncio.get_running_loop().run_in_executor(executor, opening)
        return cls(store, executor)

    @property
    def lineage(self) -> str:
        return self._store.lineage

    async def run(self, call: Callable[[Store], T]) -> T:
        """Run one call on the store's thread; it is finished even if the caller is cancelled."""
        work = asyncio.get_running_loop().run_in_executor(self._executor, call, self._store)
        return await asyncio.shield(work)

    async def beside(self, call: Callable[[Store], T]) -> T:
        """Run a long call that has a connection of its own (`check`, `backup`) on another thread,
        so that commits go on meanwhile."""
        return await asyncio.to_thread(call, self._store)

    async def close(self) -> None:
        await self.run(lambda store: store.close())
        self._executor.shutdown(wait=False)
