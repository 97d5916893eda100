"""Streams of xDS over one line, without a network."""

from collections.abc import Callable
from typing import Any

import pytest

from galley.mesh.line import Line
from galley.mesh.xds.delta import DeltaXds
from galley.mesh.xds.sotw import Sotw
from galley.protocol.view import View
from tests.mesh.served import MeshLine
from tests.mesh.xds.clients import DeltaClient, Opening, WorldClient

URL = "networking.istio.io/v1/VirtualService"


@pytest.fixture
async def line() -> MeshLine:
    return MeshLine()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told is taken in before the call returns, however slow the machine is."""
    monkeypatch.setattr("galley.server.turns.SHARE", 60.0)
    monkeypatch.setattr("galley.server.slices.SLICE", 60.0)


@pytest.fixture
async def opening(line: MeshLine) -> Callable[..., Opening]:
    """A stream of the line; all of one test share what they watch."""
    shared, companion = Line(line.channel), Line(MeshLine().channel)

    def open_(view: View | None = None) -> Opening:
        return Opening(shared, companion, view or View())

    return open_


@pytest.fixture
def world(opening: Any) -> Callable[..., WorldClient]:
    def make(**facts: Any) -> WorldClient:
        return WorldClient(Sotw(opening(**facts)), whole=frozenset({URL}))

    return make


@pytest.fixture
def delta(opening: Any) -> Callable[..., DeltaClient]:
    def make(**facts: Any) -> DeltaClient:
        return DeltaClient(DeltaXds(opening(**facts)))

    return make
