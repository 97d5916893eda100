"""Pilot of 1.3, 1.4 and 1.5, as it was, against the server."""

from typing import Any

import grpc
import pytest

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles.journal import Received
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import COLLECTIONS, SERVICE_ENTRIES, Pilot
from tests.mesh.doubles.stored import Change
from tests.mesh.doubles.transport import MIB
from tests.mesh.mcp.raw import ROUTES, RULES, shows
from tests.mesh.served import CREATED, Mesh, istio, serving, virtual_services

QUICK = Fixed(0.05)
A, B = virtual_services("ab")


def entry(name: str, host: str = "a.example.com") -> Any:
    return istio("ServiceEntry", name, {"hosts": [host]})


def heard(pilot: Pilot, stream: int) -> set[str]:
    """Collections that were answered on a stream."""
    received = (each for each in pilot.log.events if isinstance(each, Received))
    return {each.message.collection for each in received if each.stream == stream}


@pytest.mark.parametrize(("release", "count"), [("1.3", 16), ("1.4", 17), ("1.5", 19)])
async def test_it_becomes_ready_with_all_its_collections(
    mesh: Mesh, release: str, count: int
) -> None:
    """Empty ones as well: one that is not answered would keep every proxy without configuration."""
    async with Pilot(mesh.address, release=release) as pilot:
        await pilot.synced()
        assert len(pilot.synced_collections) == count
        assert set(pilot.store[ROUTES]) == {("default", "a")}
        assert not pilot.nacks
        assert all(pilot.versions[name] for name in COLLECTIONS[release])
        await shows(mesh, state="synced", received=1, verified=0, wire="mcp", node="")


async def test_it_has_what_was_published_and_what_changes(mesh: Mesh) -> None:
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        mesh.line.publish(B, istio("DestinationRule", "d", {"host": "x"}), gone=(A.key,))
        await pilot.until(lambda: bool(pilot.store[RULES]) and len(pilot.log.received) == 18)
        (route,) = pilot.store[ROUTES].values()
        assert route.content(Generation.ISTIO_1_4) == {"hosts": ["b.example.com"]}
        assert route.create_time.timestamp() == CREATED
        await shows(mesh, state="synced", received=2)


async def test_it_is_not_ready_before_something_is_published() -> None:
    async with serving() as mesh, Pilot(mesh.address) as pilot:
        await pilot.opened()
        await pilot.until(lambda: len(pilot.log.sent) == 16)
        assert not pilot.log.received
        mesh.line.publish(A)
        await pilot.synced()


async def test_service_entries_are_told_apart_by_their_versions(mesh: Mesh) -> None:
    mesh.line.publish(entry("s"), entry("t"))
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        pilot.events.clear()
        mesh.line.publish(entry("s", "b.example.com"))
        await pilot.until(lambda: bool(pilot.events))
        assert pilot.events == [Change("update", SERVICE_ENTRIES, ("default", "s"))]


async def test_what_it_drops_it_acknowledges_and_so_nothing_is_verified(mesh: Mesh) -> None:
    async with Pilot(mesh.address, valid=lambda *_: False) as pilot:
        await pilot.synced()
        assert pilot.dropped == [(ROUTES, ("default", "a"))]
        assert not pilot.nacks
        await shows(mesh, state="synced", received=1, verified=0)


@pytest.mark.parametrize("code", [2, 3, 12])
async def test_a_refusal_is_shown_with_its_code_and_what_it_is_about(mesh: Mesh, code: int) -> None:
    """Cannot be decoded, cannot be applied, is not known."""
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        pilot.nack_next(ROUTES, "cannot take default/b", code)
        mesh.line.publish(B)
        await shows(mesh, state="nacked", nack=f"cannot take default/b (code {code})")
        (status,) = mesh.subscribers()
        (blamed,) = status.nacked
        assert str(B.key) in str(blamed)
        assert status.received == 1
        mesh.line.publish(istio(B.key.collection, "b", {"hosts": ["mended"]}))
        await shows(mesh, state="synced", nack="", received=3)


async def test_after_any_end_it_comes_back_and_has_what_is_live(mesh: Mesh) -> None:
    async with Pilot(mesh.address, pauses=QUICK) as pilot:
        await pilot.synced()
        for stream in (2, 3):
            pilot.cancel()
            mesh.line.publish(*virtual_services(str(stream)))
            await pilot.until(lambda: heard(pilot, stream) == pilot.collections)  # noqa: B023  # awaited here
            assert ("default", str(stream)) in pilot.store[ROUTES]


async def test_by_itself_it_comes_back_each_second(mesh: Mesh) -> None:
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        pilot.cancel()
        await pilot.until(lambda: heard(pilot, 2) == pilot.collections)


async def test_a_server_that_stops_says_come_back() -> None:
    async with serving(A) as mesh:
        pilot = Pilot(mesh.address, pauses=QUICK)
        async with pilot:
            await pilot.synced()
            await mesh.server.stop()
            await pilot.until(lambda: bool(pilot.log.ends))
            assert pilot.log.ends[0].code is grpc.StatusCode.UNAVAILABLE
            assert set(pilot.store[ROUTES]) == {("default", "a")}


async def test_its_limit_is_above_ours(mesh: Mesh) -> None:
    """By default nothing is sent that an unmodified Pilot would refuse, again each second."""
    hosts = [f"{'x' * 200}{number}.example.com" for number in range(4 * MIB // 216 + 200)]
    many = [istio("VirtualService", f"v{i}", {"hosts": hosts[i::20]}) for i in range(20)]
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        mesh.line.publish(*many)
        await shows(mesh, state="oversize", received=1)
        mesh.line.publish(gone=tuple(each.key for each in many[:2]))
        await pilot.until(lambda: len(pilot.store[ROUTES]) == 19)
        await shows(mesh, state="synced", received=3)
        assert pilot.log.streams == 1
        last = pilot.log.received[-1].ByteSize()
        assert 3 * MIB < last < 4 * MIB


async def test_a_pilot_of_another_revision_drops_what_is_not_its_own(mesh: Mesh) -> None:
    labelled = istio("VirtualService", "c", {"hosts": ["c"]}, **{"istio.io/rev": "canary"})
    mesh.line.publish(labelled)
    async with Pilot(mesh.address, release="1.5", revision="stable") as pilot:
        await pilot.synced()
        assert set(pilot.store[ROUTES]) == {("default", "a")}
