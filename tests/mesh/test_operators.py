"""What operators see of clients of meshes: who has what, what each said, and what is counted."""

import asyncio
from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from galley.mesh.journal import LENGTH, NONCE_LENGTH
from galley.server.metrics import Metrics
from galley.settings import GroupSettings, PeerSettings
from tests.mesh.doubles.messages import RequestResources
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import COLLECTIONS, Pilot
from tests.mesh.doubles.sotw import StateOfTheWorld
from tests.mesh.served import Mesh, istio, serving, virtual_services

TYPE = "networking.istio.io/v1/VirtualService"
VIRTUAL_SERVICES = "istio/networking/v1alpha3/virtualservices"


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # the server tells nobody of these
            await asyncio.sleep(0.01)


def detail(mesh: Mesh, name: str) -> Any:
    (member,) = mesh.line.channel.members.called(name)
    return member.detail()


def metrics(mesh: Mesh) -> dict[tuple[str, ...], float]:
    """What a scrape says of meshes: name and labels, by name of label, to value."""
    shown = Metrics()
    shown.mesh = mesh.counts
    lines = {name: line.counts.mesh for name, line in mesh.channels().items()}
    text = shown.render([], closed={}, meshes=lines).decode()
    return {
        (sample.name.removeprefix("galley_mesh_"), *dict(sorted(sample.labels.items())).values()): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("galley_mesh_")
    }


async def test_what_was_received_is_apart_from_what_is_verified() -> None:
    """Pilot acknowledges what it drops, so nobody knows whether it uses what it has."""
    async with serving(*virtual_services("ab")) as mesh, Pilot(mesh.address) as pilot:
        await pilot.synced()
        await until(lambda: [each.state for each in mesh.subscribers()] == ["synced"])
        (seen,) = mesh.subscribers()
        assert (seen.wire, seen.node, seen.received, seen.verified) == ("mcp", "", 1, 0)
        found = detail(mesh, seen.session)
        assert sorted(each.type for each in found.types) == sorted(COLLECTIONS["1.3"])
        assert {(each.sent, each.received, each.synced) for each in found.types} == {(1, 1, True)}


async def test_a_refusal_is_seen_at_its_type_alone() -> None:
    gateways = "networking.istio.io/v1/Gateway"
    async with (
        serving(*virtual_services("ab"), istio("Gateway", "door")) as mesh,
        StateOfTheWorld(mesh.address, node="one") as client,
    ):
        client.nack_next(TYPE, "no such host")
        await client.subscribe(TYPE)
        await client.subscribe(gateways)
        await until(lambda: client.nacks[TYPE] and client.acks[gateways])
        await until(lambda: [each.state for each in mesh.subscribers()] == ["nacked"])
        found = detail(mesh, "one")
        assert found.nack == "no such host"
        assert {each.type: each.nack for each in found.types} == {
            TYPE: "no such host",
            gateways: "",
        }
        assert [(each.type, each.said) for each in found.requests if each.type == TYPE] == [
            (TYPE, "asks"),
            (TYPE, "nack"),
        ]


async def test_the_last_requests_are_remembered_and_no_more() -> None:
    """Nonces of the client's own making are cut, or one request would hold megabytes here."""
    async with (
        serving(*virtual_services("ab")) as mesh,
        StateOfTheWorld(mesh.address, node="one") as client,
    ):
        await client.subscribe(TYPE)
        await until(lambda: client.acks[TYPE])
        for _ in range(40):
            await client.send(client.request(type_url=TYPE, response_nonce="x" * 1000))
        await until(lambda: mesh.subscribers() and detail(mesh, "one").types[0].stale == 40)
        found = detail(mesh, "one")
        assert len(found.requests) == LENGTH
        assert {(each.said, each.nonce) for each in found.requests} == {
            ("stale", "x" * NONCE_LENGTH)
        }
        times = [each.time for each in found.requests]
        assert times == sorted(times)
        assert (found.state, found.types[0].synced) == ("synced", True)


async def test_what_is_too_long_for_a_client_is_its_state() -> None:
    async with serving(*virtual_services("ab"), max_message=65536) as mesh:
        async with Pilot(mesh.address) as pilot:
            await pilot.synced()
            await until(lambda: mesh.line.channel.members.connected() == (1, 1))
            hosts = [f"{number}.example.com" for number in range(5000)]
            mesh.line.publish(istio("VirtualService", "long", {"hosts": hosts}))
            await until(lambda: mesh.subscribers()[0].state == "oversize")
            (seen,) = mesh.subscribers()
            assert (seen.received, seen.version) == (1, 1)
            found = {each.type: each for each in detail(mesh, seen.session).types}
            assert {name for name, each in found.items() if each.oversize} == {VIRTUAL_SERVICES}
        assert metrics(mesh)["oversize_total", "default", "mcp"] == 1


async def test_what_clients_do_is_counted_by_wire() -> None:
    async with serving(*virtual_services("ab")) as mesh:
        async with StateOfTheWorld(mesh.address, node="one") as client:
            await client.subscribe(TYPE)
            await until(lambda: client.acks[TYPE])
            client.nack_next(TYPE)
            mesh.line.publish(*virtual_services("c"))
            await until(lambda: client.nacks[TYPE])
            await client.send(client.request(type_url=TYPE, response_nonce="stale"))
            await until(lambda: ("requests_total", "default", "stale", "istio") in metrics(mesh))
            counted = metrics(mesh)
            first, second = client.log.received
            assert counted["messages_total", "default", "istio"] == 2
            size = first.ByteSize() + second.ByteSize()
            assert counted["bytes_total", "default", "istio"] == size
            said = {key[2]: n for key, n in counted.items() if key[0] == "requests_total"}
            assert said == {"asks": 1, "ack": 1, "nack": 1, "stale": 1}
            assert counted["streams", "default", "istio"] == 1
        await until(lambda: metrics(mesh)["streams", "default", "istio"] == 0)
        assert metrics(mesh)["closed_total", "CANCELLED"] == 1
        assert not any("one" in key for key in metrics(mesh))


async def test_streams_are_counted_by_how_they_end() -> None:
    async with (
        serving(*virtual_services("ab"), streams=1) as mesh,
        StateOfTheWorld(mesh.address, node="one") as client,
    ):
        await client.subscribe(TYPE)
        await until(lambda: client.acks[TYPE])
        async with Pilot(mesh.address, pauses=Fixed(60)) as refused:
            await until(lambda: refused.log.ends)
        await client.half_close()
        await until(lambda: ("closed_total", "OK") in metrics(mesh))
        assert metrics(mesh)["closed_total", "RESOURCE_EXHAUSTED"] == 1
        assert metrics(mesh)["refused_total", "limit"] == 1


async def test_streams_that_are_not_served_are_counted_by_reason() -> None:
    strangers = PeerSettings(name="pilots", network="10.0.0.0/8")
    others = PeerSettings(name="guests", network="127.0.0.0/8", channels={"*": ("read",)})
    nowhere = GroupSettings(channel="nowhere")
    cases: list[tuple[str, dict[str, Any]]] = [
        ("credential", {"peers": (strangers,)}),
        ("role", {"peers": (others,)}),
        ("group", {"groups": (nowhere,)}),
    ]
    for reason, settings in cases:
        async with (
            serving(*virtual_services("ab"), **settings) as mesh,
            Pilot(mesh.address, pauses=Fixed(60)) as pilot,
        ):
            await until(lambda: pilot.log.ends)  # asked within the turn
            assert metrics(mesh)["refused_total", reason] == 1
            assert mesh.subscribers() == []


async def test_a_client_that_does_not_read_is_counted() -> None:
    async with (
        serving(*virtual_services(map(str, range(100))), slow_reader=0.2) as mesh,
        Pilot(mesh.address) as pilot,
    ):
        await pilot.synced()
        pilot.stop_reading()
        hosts = [f"{number}.example.com" for number in range(30_000)]
        for turn in range(30):
            mesh.line.publish(istio("VirtualService", "long", {"hosts": [*hosts, str(turn)]}))
            await pilot.send(RequestResources(collection=VIRTUAL_SERVICES))
            if mesh.counts.closed:
                break
        await until(lambda: ("closed_total", "DEADLINE_EXCEEDED") in metrics(mesh))
