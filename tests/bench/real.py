"""Real clients: each decodes, verifies and keeps everything it is sent."""

import asyncio
from typing import Any

from galley.client.client import Client
from tests.bench.child import serve

FOLLOWING: set[asyncio.Task[None]] = set()


async def connect(command: dict[str, Any]) -> dict[str, Any]:
    """Subscribe with `count` clients; returns when each has the first state."""
    ready = [asyncio.Event() for _ in range(command["count"])]
    for number, event in enumerate(ready):
        following = _follow(command["url"], number, event)
        FOLLOWING.add(asyncio.create_task(following, name=f"client {number}"))
    await asyncio.gather(*(event.wait() for event in ready))
    return {}


async def _follow(url: str, number: int, ready: asyncio.Event) -> None:
    async with Client(url, node=f"real-{number}") as client:
        async for _ in client:
            ready.set()


if __name__ == "__main__":
    serve({"connect": connect})
