"""A served line with one route, and a stream to it."""

from collections.abc import AsyncIterator

import pytest

from tests.mesh.mcp.raw import Raw, connected
from tests.mesh.served import Mesh, serving, virtual_services


@pytest.fixture
async def mesh() -> AsyncIterator[Mesh]:
    async with serving(*virtual_services("a")) as running:
        yield running


@pytest.fixture
async def sink(mesh: Mesh) -> AsyncIterator[Raw]:
    async with connected(mesh.address) as raw:
        yield raw
