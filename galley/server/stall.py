"""How late the serving loop is: a timer that measures its own delay."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from galley.server.metrics import Metrics
from galley.server.state import METRICS

INTERVAL = 0.05


async def watch_loop(app: web.Application) -> AsyncIterator[None]:
    """Measure for as long as the application runs."""
    task = asyncio.create_task(_measure(app[METRICS]), name="loop-stall")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _measure(metrics: Metrics) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + INTERVAL
        await asyncio.sleep(INTERVAL)
        metrics.stalled(max(0.0, loop.time() - due))
