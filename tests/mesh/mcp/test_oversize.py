"""A collection that takes more than its clients receive is not sent: they keep what they have."""

import logging
from collections.abc import AsyncIterator

import pytest

from pipeline.model import Resource
from tests.mesh.doubles.pilot import COLLECTIONS, Pilot
from tests.mesh.mcp.raw import ROUTES, RULES, Raw, connected, names, shows
from tests.mesh.served import Mesh, istio, serving, virtual_services

LIMIT = 65536
A, B = virtual_services("ab")


def large(name: str, size: int = LIMIT) -> Resource:
    return istio("VirtualService", name, {"hosts": [f"{'x' * size}.example.com"]})


@pytest.fixture
async def mesh() -> AsyncIterator[Mesh]:
    async with serving(A, max_message=LIMIT) as running:
        yield running


async def test_it_stays_at_what_it_has_until_there_is_less(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask())
    mesh.line.publish(large("b"))
    await sink.nothing()
    await shows(mesh, state="oversize", received=1, nack="")
    mesh.line.publish(B)
    response = await sink.hear()
    assert names(response) == ["default/a", "default/b"]
    await sink.ack(response)
    await sink.nothing()
    await shows(mesh, state="synced", received=3)


async def test_other_collections_flow(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask())
    await sink.ack(await sink.ask(RULES))
    mesh.line.publish(large("b"), istio("DestinationRule", "d", {"host": "x"}))
    assert names(await sink.hear()) == ["default/d"]


async def test_what_is_taken_back_leaves_no_mark(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask())
    mesh.line.publish(large("b"))
    await sink.nothing()
    mesh.line.publish(gone=(B.key,))
    await sink.nothing()
    await shows(mesh, state="synced")


async def test_it_is_said_once_until_it_is_over(
    sink: Raw, mesh: Mesh, caplog: pytest.LogCaptureFixture
) -> None:
    def said() -> int:
        return sum("max_message" in record.message for record in caplog.records)

    caplog.set_level(logging.ERROR, logger="galley.mesh")
    await sink.ack(await sink.ask())
    for size in (LIMIT, LIMIT + 1, LIMIT + 2):
        mesh.line.publish(large("b", size))
        await sink.nothing()
    assert said() == 1
    mesh.line.publish(B)
    await sink.ack(await sink.hear())
    mesh.line.publish(large("b"))
    await sink.nothing()
    assert said() == 2


async def test_who_comes_gets_nothing_of_it_and_all_the_rest() -> None:
    async with (
        serving(A, large("b"), max_message=LIMIT) as mesh,
        Pilot(mesh.address) as pilot,
    ):
        rest = set(COLLECTIONS["1.3"]) - {ROUTES}
        await pilot.until(lambda: pilot.synced_collections == rest)
        assert not pilot.ready
        mesh.line.publish(B)
        await pilot.synced()
        assert set(pilot.store[ROUTES]) == {("default", "a"), ("default", "b")}
        assert pilot.log.streams == 1


async def test_a_delta_may_be_small_where_all_would_be_too_much() -> None:
    """So an incremental sink goes on, as long as nothing makes it need everything."""
    async with (
        serving(large("a", LIMIT - 5000), max_message=LIMIT) as mesh,
        connected(mesh.address) as sink,
    ):
        await sink.ack(await sink.ask(incremental=True), incremental=True)
        mesh.line.publish(large("b", 10_000))
        delta = await sink.hear()
        assert delta.incremental
        await sink.ack(delta)
        mesh.line.publish(large("b", 10_001))
        await sink.nothing()
        await shows(mesh, state="oversize")
