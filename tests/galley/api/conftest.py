"""A client of a served backend."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest


@pytest.fixture
async def service(backend: Any, serve: Any) -> AsyncIterator[Any]:
    """A served backend with one channel; the client's paths start at its address."""
    backend.add()
    async with serve(backend) as address, aiohttp.ClientSession(address) as client:
        yield client
