"""A version is told to a crowd in slices: what streams ask and do in between."""

from collections.abc import Callable
from typing import Any

import pytest

from galley.mesh.line import Line
from galley.server.slices import Job
from galley.server.views import LiveView
from tests.mesh.envoy.configs import cluster, listener
from tests.mesh.served import MeshLine, istio
from tests.mesh.xds.clients import DeltaClient, WorldClient
from tests.mesh.xds.test_make_before_break import CDS, LDS, resources

SERVICES = "networking.istio.io/v1/VirtualService"
RULES = "networking.istio.io/v1/DestinationRule"
CROWD = 150
"""So many that there is a pause among them."""


@pytest.fixture
def in_a_pause(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens in the first pause while a version is told."""
    happens: list[Callable[[], object]] = []
    told = Line.unsync

    def unsync(self: Line, moved: list[LiveView]) -> Job[int]:
        job = told(self, moved)
        try:
            while True:
                pause = next(job)
                if happens:
                    happens.pop()()
                yield pause
        except StopIteration as stop:
            return int(stop.value)

    monkeypatch.setattr(Line, "unsync", unsync)
    return happens


def publish(line: MeshLine, host: str) -> None:
    line.publish(
        istio("VirtualService", "a", {"hosts": [host]}),
        istio("DestinationRule", "b", {"host": host}),
    )


def crowd(line: MeshLine, world: Any) -> list[WorldClient]:
    publish(line, "zero")
    clients = [world() for _ in range(CROWD)]
    for each in clients:
        each.ask(SERVICES)
        each.drain()
    return clients


async def test_who_asks_in_a_pause_gets_what_is_live(
    line: MeshLine, world: Any, delta: Any, in_a_pause: list[Callable[[], object]]
) -> None:
    crowd(line, world)
    asking: DeltaClient = delta()
    asking.ask(RULES, "*")
    asking.drain()
    publish(line, "one")
    asking.drain()
    in_a_pause.append(asking.drain)
    publish(line, "two")
    assert not in_a_pause
    asking.drain()
    watch = asking.session._watches[RULES]
    assert watch.synced
    assert asking.held[RULES] == watch.served.versions()


async def test_who_leaves_in_a_pause_is_not_missed(
    line: MeshLine, world: Any, in_a_pause: list[Callable[[], object]]
) -> None:
    clients = crowd(line, world)
    members = line.channel.members
    assert members.connected() == (CROWD, CROWD)
    in_a_pause.append(clients.pop().session.leave)
    publish(line, "one")
    assert not in_a_pause
    assert members.connected() == (CROWD - 1, 0)
    for each in clients:
        each.drain()
    assert members.connected() == (CROWD - 1, CROWD - 1)


async def test_who_comes_in_a_pause_has_what_is_live(
    line: MeshLine, world: Any, in_a_pause: list[Callable[[], object]]
) -> None:
    clients = crowd(line, world)

    def come() -> None:
        clients.append(world())
        clients[-1].ask(SERVICES)
        clients[-1].drain()

    in_a_pause.append(come)
    publish(line, "one")
    for each in clients:
        each.drain()
    assert line.channel.members.connected() == (CROWD + 1, CROWD + 1)


async def test_all_types_of_a_stream_are_forgiven_before_it_is_asked(
    line: MeshLine, world: Any
) -> None:
    """Else listeners would overtake the clusters that they need: here they are known first."""
    line.replace(resources([cluster("c0"), listener("l0", 80)]), "publish")
    world().ask(LDS)
    client: WorldClient = world()
    for url in (CDS, LDS):
        client.ask(url)
        client.drain()
    refused = resources([cluster("c1"), listener("l0", 80)])
    line.replace(refused, "publish")
    response = client.receive()
    assert response
    client.answer(response, error="no")
    first: list[str] = []

    def wake() -> None:
        if not first and (offered := client.receive()):
            first.append(offered.type_url)

    for watch in client.session._watches.values():
        watch.member.wake = wake
    line.replace(resources([cluster("c1"), listener("l1", 80)]), "rollback", restores=1)
    assert first == [CDS]
