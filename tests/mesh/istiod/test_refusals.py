"""Who can refuse does it once for each version; istiod cannot, and so verifies nothing."""

from typing import Any

import pytest

from tests.mesh.doubles.delta import Delta
from tests.mesh.doubles.sotw import StateOfTheWorld
from tests.mesh.istiod.conftest import (
    DESTINATION_RULES,
    VIRTUAL_SERVICES,
    acknowledged,
    answers,
    eventually,
    istiod_of,
    key,
    route,
    rule,
)
from tests.mesh.served import Mesh, serving

REASON = "default/b has no host that I like"


def world(mesh: Mesh) -> StateOfTheWorld:
    return StateOfTheWorld(mesh.address, full_state=[VIRTUAL_SERVICES, DESTINATION_RULES])


def delta(mesh: Mesh) -> Delta:
    return Delta(mesh.address)


PROTOCOLS = pytest.mark.parametrize("protocol", [world, delta], ids=["sotw", "delta"])


@PROTOCOLS
async def test_a_refusal_is_kept_with_its_reason_and_resource(protocol: Any) -> None:
    async with serving(route("a")) as mesh, protocol(mesh) as client:
        await client.subscribe(VIRTUAL_SERVICES)
        await acknowledged(mesh)
        client.nack_next(VIRTUAL_SERVICES, REASON)
        mesh.line.publish(route("b"), route("c"))
        await eventually(lambda: mesh.subscribers()[0].nack)
        (shown,) = mesh.subscribers()
        assert (shown.state, shown.nack, shown.nack_kind) == ("nacked", REASON, "invalid")
        assert [(each.resource, each.reason) for each in shown.nacked] == [(str(key("b")), REASON)]
        assert shown.version == 1
        assert mesh.line.channel.members.connected() == (1, 0)


@PROTOCOLS
async def test_what_was_refused_is_not_sent_again_and_the_next_is(protocol: Any) -> None:
    async with serving(route("a"), rule("r")) as mesh, protocol(mesh) as client:
        await client.subscribe(VIRTUAL_SERVICES)
        await client.subscribe(DESTINATION_RULES)
        await acknowledged(mesh)
        client.nack_next(VIRTUAL_SERVICES, REASON)
        mesh.line.publish(route("b"))
        await client.until(lambda: client.nacks[VIRTUAL_SERVICES] == 1)
        mesh.line.publish(rule("r", "new.example.com"))
        await client.until(lambda: answers(client, DESTINATION_RULES) == 2)
        assert answers(client) == 2
        assert set(client.resources[VIRTUAL_SERVICES]) == {"default/a"}
        mesh.line.publish(route("b", "better.example.com"))
        await acknowledged(mesh)
        assert answers(client) == 3
        assert set(client.resources[VIRTUAL_SERVICES]) == {"default/a", "default/b"}
        (subscriber,) = mesh.subscribers()
        assert (subscriber.nack, subscriber.nacked) == ("", [])


@PROTOCOLS
async def test_a_refused_version_that_is_taken_back_leaves_the_client_with_all(
    protocol: Any,
) -> None:
    async with serving(route("a")) as mesh, protocol(mesh) as client:
        await client.subscribe(VIRTUAL_SERVICES)
        await acknowledged(mesh)
        client.nack_next(VIRTUAL_SERVICES, REASON)
        mesh.line.publish(route("b"))
        await client.until(lambda: client.nacks[VIRTUAL_SERVICES] == 1)
        mesh.line.rollback(1)
        await acknowledged(mesh)
        assert set(client.resources[VIRTUAL_SERVICES]) == {"default/a"}
        (subscriber,) = mesh.subscribers()
        assert not subscriber.nack


@PROTOCOLS
async def test_a_client_that_refuses_everything_is_not_told_it_in_a_loop(protocol: Any) -> None:
    async with serving(route("a")) as mesh, protocol(mesh) as client:
        client.nack_next(VIRTUAL_SERVICES, "no")
        await client.subscribe(VIRTUAL_SERVICES)
        await client.until(lambda: client.nacks[VIRTUAL_SERVICES] == 1)
        await client.subscribe(DESTINATION_RULES)
        await client.until(lambda: answers(client, DESTINATION_RULES) == 1)
        assert answers(client) == 1


async def test_only_who_can_refuse_verifies_what_it_received() -> None:
    async with (
        serving(route("a")) as mesh,
        istiod_of(mesh) as istiod,
        world(mesh) as other,
    ):
        await other.subscribe(VIRTUAL_SERVICES)
        await istiod.synced()
        await acknowledged(mesh, 2)
        shown = {each.node: each for each in mesh.details()}
        (name,) = shown.keys() - {"test"}
        assert name.startswith("sidecar~10.0.0.7~test-1.istio-system~")
        assert (shown[name].wire, shown[name].received, shown[name].verified) == ("istio", 1, 0)
        assert len(shown[name].types) == 16
        assert all((each.received, each.synced) == (1, True) for each in shown[name].types)


async def test_a_refusal_of_one_type_leaves_the_others_as_they_are() -> None:
    async with serving(route("a"), rule("r")) as mesh, world(mesh) as client:
        await client.subscribe(VIRTUAL_SERVICES)
        await client.subscribe(DESTINATION_RULES)
        await acknowledged(mesh)
        client.nack_next(VIRTUAL_SERVICES, REASON)
        mesh.line.publish(route("b"), rule("s"))
        await client.until(lambda: client.nacks[VIRTUAL_SERVICES] == 1)
        await client.until(lambda: "default/s" in client.resources[DESTINATION_RULES])
        (subscriber,) = mesh.details()
        types = {each.type: each for each in subscriber.types}
        assert types[VIRTUAL_SERVICES].nack == REASON
        assert not types[DESTINATION_RULES].nack
