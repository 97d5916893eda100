"""Backends to send traffic to: each answers everything with its own name."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import web


@contextlib.asynccontextmanager
async def backends(*names: str, hits: Counter[str] | None = None) -> AsyncIterator[dict[str, int]]:
    """Serve them on loopback; the ports by name. `hits` counts the requests of each."""
    counted = Counter() if hits is None else hits
    async with contextlib.AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(_backend(name, counted)) for name in names}


@contextlib.asynccontextmanager
async def _backend(name: str, hits: Counter[str]) -> AsyncIterator[int]:
    async def answer(_: web.Request) -> web.Response:
        hits[name] += 1
        return web.Response(text=name)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
