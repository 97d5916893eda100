"""MeshConfig is its own message and not wrapped; istiod acknowledges it only if there is none."""

from typing import Any

from pipeline.encoding.protobuf import Generation, decode
from tests.mesh.doubles.sotw import StateOfTheWorld
from tests.mesh.istiod.conftest import (
    MESH_CONFIG,
    acknowledged,
    answers,
    eventually,
    istiod_of,
    route,
)
from tests.mesh.served import istio, serving


def config(**fields: Any) -> Any:
    return istio("mesh.istio.io/MeshConfig", "meshconfig", fields)


async def test_it_is_sent_with_its_own_type_and_counts_as_received() -> None:
    given = {
        "trustDomain": "example.com",
        "connectTimeout": "2.500s",
        "enableAutoMtls": False,
        "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
        "defaultConfig": {"concurrency": 0, "proxyMetadata": {"A": "1"}},
    }
    async with serving(config(**given), route("a")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        await acknowledged(mesh)
        assert istiod.mesh_config is not None
        assert (
            decode("istio.mesh.v1alpha1.MeshConfig", istiod.mesh_config, Generation.TODAY) == given
        )
        assert istiod.acks[MESH_CONFIG] == 0
        (answer,) = [each for each in istiod.log.received if each.type_url == MESH_CONFIG]
        (packed,) = answer.resources
        assert packed.type_url == "type.googleapis.com/istio.mesh.v1alpha1.MeshConfig"


async def test_changes_of_it_are_sent_although_it_is_never_acknowledged() -> None:
    async with serving(config(trustDomain="a")) as mesh, istiod_of(mesh) as istiod:
        for number in range(3):
            mesh.line.publish(config(trustDomain=f"t{number}"))
            await istiod.until(
                lambda n=number: f"t{n}".encode() in (istiod.mesh_config or b"")  # type: ignore[misc]
            )
        await acknowledged(mesh)


async def test_without_any_it_is_answered_empty_and_acknowledged() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        assert istiod.mesh_config is None
        assert (answers(istiod, MESH_CONFIG), istiod.acks[MESH_CONFIG]) == (1, 1)


async def test_it_comes_and_goes() -> None:
    made = config(trustDomain="a")
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        mesh.line.publish(made)
        await istiod.until(lambda: istiod.mesh_config is not None)
        mesh.line.publish(gone=(made.key,))
        await istiod.until(lambda: istiod.acks[MESH_CONFIG] == 2)
        await acknowledged(mesh)


async def test_who_refuses_it_is_not_counted_as_having_it() -> None:
    async with (
        serving(config(trustDomain="a")) as mesh,
        StateOfTheWorld(mesh.address, full_state=[MESH_CONFIG]) as client,
    ):
        client.nack_next(MESH_CONFIG, "no")
        await client.subscribe(MESH_CONFIG)
        await eventually(lambda: [each.nack for each in mesh.subscribers()] == ["no"])
        assert mesh.line.channel.members.connected() == (1, 0)
        mesh.line.publish(config(trustDomain="b"))
        await client.until(lambda: answers(client, MESH_CONFIG) == 2)
        assert mesh.line.channel.members.connected() == (1, 1)
