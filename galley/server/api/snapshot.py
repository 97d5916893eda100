"""A whole version over plain HTTP: JSON or msgpack, with the digest as ETag, and long poll.

For programs that cannot hold a WebSocket. It is sent page by page, so a large version takes no
memory here. Sensitive fields are redacted, as everywhere in the API; the stream has them.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import msgpack
import orjson
from aiohttp import web
from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import ResourcesResult
from galley.server.api.routing import Ask, Call, Route
from galley.server.api.versions import find_version

PAGE = 500
MSGPACK = "application/msgpack"


class SnapshotAsk(Ask):
    """Which version, in which form, and whether to wait for a new one."""

    version: int = Field(default=0, ge=0)
    """0 is the live one."""
    format: Literal["", "json", "msgpack"] = ""
    """Empty: as the Accept header says, JSON if it says nothing."""
    wait: float = Field(default=0, ge=0, le=300)
    """Seconds to wait while the live digest is `have`; then 304."""
    have: str = ""
    """The digest that the caller holds; If-None-Match does the same without waiting."""


async def snapshot(call: Call, asked: SnapshotAsk) -> web.StreamResponse:
    """A whole version as JSON or msgpack, with ETag and long poll."""
    if asked.wait and asked.have and not asked.version:
        await _changed(call, asked)
    version = await find_version(call, asked.version)
    headers = {"ETag": f'"{version["digest"]}"', "Galley-Version": str(version["version"])}
    if version["digest"] in _held(call, asked):
        return web.Response(status=304, headers=headers)
    packed = (asked.format or _accepted(call)) == "msgpack"
    headers["Content-Type"] = MSGPACK if packed else "application/json"
    headers["Cache-Control"] = "no-cache"
    response = web.StreamResponse(headers=headers)
    await response.prepare(call.request)
    async for part in (_msgpack if packed else _json)(call, version):
        await response.write(part)
    await response.write_eof()
    return response


async def _changed(call: Call, asked: SnapshotAsk) -> None:
    """Return when the live digest is not the caller's, or the time is over."""
    channel = call.backend.channels()[call.channel]
    deadline = asyncio.get_running_loop().time() + asked.wait
    while channel.head is not None and channel.head.digest.hex() == asked.have:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        await channel.live_at_least(channel.head.number + 1, left)


def _held(call: Call, asked: SnapshotAsk) -> set[str]:
    """Digests that the caller says it holds."""
    tags = {tag.value for tag in call.request.if_none_match or ()}
    return tags | ({asked.have} if asked.have else set())


def _accepted(call: Call) -> str:
    accept = call.request.headers.get("Accept", "")
    return "msgpack" if accept.split(",")[0].strip() == MSGPACK else "json"


async def _json(call: Call, version: dict[str, Any]) -> AsyncIterator[bytes]:
    head = orjson.dumps(_head(call, version))
    yield head[:-1] + b',"resources":['
    first = True
    async for page in _pages(call, version):
        text = b",".join(orjson.dumps(each) for each in page)
        yield text if first else b"," + text
        first = False
    yield b"]}"


async def _msgpack(call: Call, version: dict[str, Any]) -> AsyncIterator[bytes]:
    """One map like the JSON's, written in parts."""
    head = _head(call, version)
    packer = msgpack.Packer()
    parts = [packer.pack_map_header(len(head) + 1)]
    for name, value in head.items():
        parts += [packer.pack(name), packer.pack(value)]
    parts += [packer.pack("resources"), packer.pack_array_header(version["counts"]["resources"])]
    yield b"".join(parts)
    async for page in _pages(call, version):
        yield b"".join(packer.pack(each) for each in page)


def _head(call: Call, version: dict[str, Any]) -> dict[str, Any]:
    return {
        "channel": call.channel,
        "version": version["version"],
        "digest": version["digest"],
        "next": "",
    }


async def _pages(call: Call, version: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    params = {
        "collection": "",
        "namespace": "",
        "name": "",
        "selector": "",
        "version": version["version"],
        "stage": "",
        "limit": PAGE,
        "manifests": True,
    }
    following = ""
    while True:
        page = await call.ask(Method.RESOURCES, {**params, "next": following})
        if page["resources"]:
            yield page["resources"]
        following = page.get("next", "")
        if not following:
            return


ROUTES = (
    Route(
        "GET",
        "/channels/{channel}/snapshot",
        "read",
        snapshot,
        ResourcesResult,
        takes=SnapshotAsk,
    ),
)
