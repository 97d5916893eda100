"""The scripted server that the doubles are tried against."""

from collections.abc import AsyncIterator

import pytest

from tests.mesh.doubles.scripted import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as running:
        yield running
