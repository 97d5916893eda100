"""Pilot's subscription to synthetic entries: the one client that asks for deltas."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from pipeline.model import Key, Resource
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import ALPHA, SYNTHETIC, Pilot
from tests.mesh.doubles.synthetic import SyntheticEntries
from tests.mesh.mcp.raw import connected, names
from tests.mesh.served import Mesh, serving, virtual_services

COLLECTION = "networking.istio.io/SyntheticServiceEntry"


def entry(name: str, *addresses: str, service: str = "1", **labels: str) -> Resource:
    """As the transform writes it: versions are of the Service, and of what is behind it."""
    annotations = {
        f"{ALPHA}serviceVersion": service,
        f"{ALPHA}endpointsVersion": "-".join(addresses),
    }
    spec: dict[str, Any] = {
        "hosts": [f"{name}.shop.svc.cluster.local"],
        "endpoints": [{"address": address} for address in addresses],
    }
    key = Key(COLLECTION, "shop", name)
    return Resource.build(key, "v1", labels=labels, annotations=annotations, body={"spec": spec})


CART, CARD = ("shop", "cart"), ("shop", "card")


@pytest.fixture
async def mesh() -> AsyncIterator[Mesh]:
    async with serving(*virtual_services("a")) as running:
        running.observed.publish(entry("cart", "10.0.0.1"), entry("card", "10.0.1.1"))
        yield running


async def test_it_has_what_is_observed(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        assert set(pilot.entries) == {CART, CARD}
        assert {*pilot.full_pushes} == {CART, CARD}


async def test_another_endpoint_is_a_push_of_endpoints_alone(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        pilot.full_pushes.clear()
        mesh.observed.publish(entry("cart", "10.0.0.1", "10.0.0.2"))
        await pilot.until(lambda: bool(pilot.endpoint_pushes))
        assert (pilot.endpoint_pushes, pilot.full_pushes) == ([CART], [])
        assert pilot.log.received[-1].incremental
        assert names(pilot.log.received[-1]) == ["shop/cart"]


async def test_another_service_is_a_full_push(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        pilot.full_pushes.clear()
        mesh.observed.publish(entry("cart", "10.0.0.1", service="2"))
        await pilot.until(lambda: pilot.full_pushes == [CART])


async def test_what_only_went_is_gone_without_a_push_of_the_rest(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        pilot.full_pushes.clear()
        mesh.observed.publish(gone=(entry("card").key,))
        await pilot.until(lambda: set(pilot.entries) == {CART})
        assert not pilot.full_pushes
        assert not pilot.endpoint_pushes


async def test_what_went_along_with_a_change_is_gone(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        mesh.observed.publish(entry("cart", "10.0.0.9"), gone=(entry("card").key,))
        await pilot.until(lambda: set(pilot.entries) == {CART})


async def test_it_comes_back_with_what_it_has(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address, pauses=Fixed(0.05)) as pilot:
        await pilot.synced()
        pilot.full_pushes.clear()
        pilot.cancel()
        mesh.observed.publish(entry("cart", "10.0.0.9"))
        await pilot.until(lambda: bool(pilot.endpoint_pushes))
        await pilot.until(lambda: len(pilot.log.received) == 2)
        assert pilot.log.received[-1].incremental
        assert names(pilot.log.received[-1]) == ["shop/cart"]
        assert not pilot.full_pushes


async def test_what_went_meanwhile_is_gone_when_it_comes_back(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address, pauses=Fixed(0.05)) as pilot:
        await pilot.synced()
        pilot.cancel()
        mesh.observed.publish(gone=(entry("card").key,))
        await pilot.until(lambda: set(pilot.entries) == {CART})


async def test_nothing_at_all_is_told_and_it_does_not_listen() -> None:
    """It waits for something, and keeps the last entry that goes: mistakes of its own."""
    async with serving(*virtual_services("a")) as mesh, SyntheticEntries(mesh.address) as pilot:
        await pilot.until(lambda: pilot.acks[SYNTHETIC] == 1)
        assert not pilot.has_synced
        mesh.observed.publish(entry("cart", "10.0.0.1"))
        await pilot.synced()
        mesh.observed.publish(gone=(entry("cart").key,))
        await pilot.until(lambda: pilot.acks[SYNTHETIC] == 3)
        assert not pilot.log.received[-1].resources
        assert set(pilot.entries) == {CART}


async def test_in_1_5_it_shares_the_connection(mesh: Mesh) -> None:
    async with (
        Pilot(mesh.address, release="1.5") as pilot,
        SyntheticEntries(pilot.connection) as entries,
    ):
        await pilot.synced()
        await entries.synced()


async def test_it_is_shown_beside_what_it_watches(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.until(lambda: pilot.acks[SYNTHETIC] == 1)
        shown = list(mesh.observed.channel.members.subscribers())
        assert [(each.node, each.wire) for each in shown] == [("SSEMCP", "mcp")]
        assert mesh.subscribers() == []


async def test_one_stream_may_ask_for_both(mesh: Mesh) -> None:
    async with connected(mesh.address) as sink:
        assert names(await sink.ask(SYNTHETIC)) == ["shop/card", "shop/cart"]
        assert names(await sink.ask()) == ["default/a"]
        await sink.stream.half_close()
        assert (await sink.end()).code.name == "OK"


async def test_a_rollback_of_the_channel_leaves_them(mesh: Mesh) -> None:
    async with SyntheticEntries(mesh.address) as pilot:
        await pilot.synced()
        version = pilot.versions[SYNTHETIC]
        mesh.line.publish(*virtual_services("b"))
        mesh.line.rollback(1)
        mesh.observed.publish(entry("cart", "10.0.0.2"))
        await pilot.until(lambda: bool(pilot.endpoint_pushes))
        assert version != pilot.versions[SYNTHETIC]
        assert not pilot.versions[SYNTHETIC].startswith("r")
