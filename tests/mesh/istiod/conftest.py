"""istiods that connect to a served channel, and what they hold."""

import asyncio
from collections.abc import Callable
from typing import Any

from pipeline.model import Key, Resource
from tests.mesh.doubles.istiod import Istiod
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.served import Mesh, istio

QUICK = Fixed(0.02)
VIRTUAL_SERVICES = "networking.istio.io/v1/VirtualService"
DESTINATION_RULES = "networking.istio.io/v1/DestinationRule"
MESH_CONFIG = "core/v1alpha1/MeshConfig"


def istiod_of(mesh: Mesh, **given: Any) -> Istiod:
    """An istiod that comes back quickly."""
    return Istiod(mesh.address, **{"pauses": QUICK, **given})


def key(name: str, kind: str = "VirtualService") -> Key:
    return Key(f"networking.istio.io/{kind}", "default", name)


def route(name: str, host: str = "a.example.com", **labels: str) -> Resource:
    return istio("VirtualService", name, {"hosts": [host]}, **labels)


def rule(name: str, host: str = "a.example.com") -> Resource:
    return istio("DestinationRule", name, {"host": host})


def names(istiod: Istiod, url: str = VIRTUAL_SERVICES) -> set[str]:
    """Names of what it holds of a type."""
    return {name for _, name in istiod.store[url]}


def answers(client: Any, url: str = VIRTUAL_SERVICES) -> int:
    """Responses about a type so far."""
    return sum(each.type_url == url for each in client.log.received)


async def answered(client: Any, url: str) -> None:
    """Wait until a type was answered."""
    await client.until(lambda: answers(client, url) > 0)


async def holds(istiod: Istiod, *wanted: str, url: str = VIRTUAL_SERVICES) -> None:
    """Wait until these are what it holds of a type."""
    await istiod.until(lambda: names(istiod, url) == set(wanted))


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for a condition on the server's side, which tells nobody."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # there is nothing that would set an event
            await asyncio.sleep(0.005)


async def acknowledged(mesh: Mesh, clients: int = 1) -> None:
    """Wait until so many clients have all there is, as the server knows it."""
    await eventually(lambda: mesh.line.channel.members.connected() == (clients, clients))


async def gone(mesh: Mesh) -> None:
    """Wait until the server has noticed that nobody is there any more."""
    await eventually(lambda: mesh.line.channel.members.connected() == (0, 0))


async def unanswered(mesh: Mesh, streams: int = 1) -> None:
    """Wait until the newest of so many streams has asked for all, and is to be told nothing yet."""

    def judged() -> bool:
        there = mesh.streams()
        idle = there[-1]._writing is None if there else False
        return len(there) == streams and there[-1].received == 16 and idle

    await eventually(judged)
    assert mesh.streams()[-1].sent == 0
