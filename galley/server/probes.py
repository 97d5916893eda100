"""For whoever watches the process: is it alive, is it ready, what does it measure.

The probes need no token and tell nothing but yes or no; what is wrong is in the status.
"""

from collections import Counter

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from galley.protocol.control import COMPANION
from galley.protocol.results import ChannelResult
from galley.server.channel import Channel
from galley.server.hooks import HOOKS, Hooks
from galley.server.metrics import Row
from galley.server.middleware import grant_of
from galley.server.slices import unhurried
from galley.server.state import METRICS, STATE
from galley.server.streams import STREAMS

AT_ONCE = 500
"""Subscribers that are looked at in one turn of the loop."""


async def healthz(request: web.Request) -> web.Response:
    """200 as long as the serving loop turns."""
    del request
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """200 once every required source has synced, or its last good state is served."""
    health = request.app[STATE].backend.health()
    ready = sum(channel.ready for channel in health)
    whole = bool(health) and ready == len(health)
    text = f"{ready} of {len(health)} channels are ready.\n"
    return web.Response(text=text, status=200 if whole else 503)


async def metrics(request: web.Request) -> web.Response:
    """What Prometheus scrapes: the process, and the channels that the token may read."""
    grant, backend = grant_of(request), request.app[STATE].backend
    channels = backend.channels()
    rows = [
        await _row(health, channels[health.channel], request.app[HOOKS])
        for health in backend.health()
        if grant.may(health.channel, "read") and health.channel in channels
    ]
    meshes = {
        name: line.counts.mesh
        for name, line in channels.items()
        if grant.may(name.removesuffix(COMPANION), "read")
    }
    closed = request.app[STREAMS].closed
    body = request.app[METRICS].render(rows, closed=closed, meshes=meshes)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _row(health: ChannelResult, channel: Channel, hooks: Hooks) -> Row:
    """Count the subscribers."""
    states: Counter[str] = Counter()
    longest = 0.0
    async for state, lag in unhurried(channel.members.states(), AT_ONCE):
        states[state] += 1
        longest = max(longest, lag)
    return Row(health, states, longest, channel.counts, hooks.counts(health.channel))
