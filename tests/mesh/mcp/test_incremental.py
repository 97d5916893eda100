"""Deltas, for a sink that asks for them; and what it has from an earlier stream."""

import asyncio
from typing import Any

from tests.mesh.mcp.raw import RULES, Raw, connected, names
from tests.mesh.served import Mesh, istio, serving, virtual_services

A, B, C = virtual_services("abc")


def versions(*responses: Any) -> dict[str, str]:
    return {
        each.metadata.name: each.metadata.version
        for response in responses
        for each in response.resources
    }


async def test_the_first_is_everything(sink: Raw) -> None:
    response = await sink.ask(incremental=True)
    assert names(response) == ["default/a"]
    assert not response.incremental


async def test_then_it_is_told_what_is_new_and_what_went(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(incremental=True), incremental=True)
    mesh.line.publish(B, gone=(A.key,))
    delta = await sink.hear()
    assert delta.incremental
    assert names(delta) == ["default/b"]
    assert list(delta.removed_resources) == ["default/a"]
    await sink.ack(delta, incremental=True)
    await sink.nothing()


async def test_only_if_the_request_that_waits_asked_for_it(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(incremental=True))
    mesh.line.publish(B)
    response = await sink.hear()
    assert not response.incremental
    assert names(response) == ["default/a", "default/b"]


async def test_after_a_refusal_it_is_told_everything(sink: Raw, mesh: Mesh) -> None:
    """Sinks that refuse do not ask for a delta; nor could one be worked out for who does."""
    await sink.ack(await sink.ask(incremental=True), incremental=True)
    mesh.line.publish(B)
    await sink.ack(await sink.hear(), error="no", incremental=True)
    mesh.line.publish(C)
    response = await sink.hear()
    assert not response.incremental
    assert names(response) == ["default/a", "default/b", "default/c"]


async def test_what_only_went_is_told_as_everything_that_is_left(sink: Raw, mesh: Mesh) -> None:
    """Documented difference: Pilot 1.4 acknowledges a removal alone, and ignores it."""
    mesh.line.publish(B)
    await sink.ack(await sink.ask(incremental=True), incremental=True)
    mesh.line.publish(gone=(B.key,))
    response = await sink.hear()
    assert not response.incremental
    assert not response.removed_resources
    assert names(response) == ["default/a"]


async def test_several_versions_are_one_delta(sink: Raw, mesh: Mesh) -> None:
    first = await sink.ask(incremental=True)
    mesh.line.publish(B)
    mesh.line.publish(C)
    mesh.line.publish(gone=(B.key,))
    await sink.ack(first, incremental=True)
    delta = await sink.hear()
    assert delta.incremental
    assert names(delta) == ["default/c"]
    assert not delta.removed_resources


async def test_a_rollback_is_a_delta(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(incremental=True), incremental=True)
    mesh.line.publish(istio(A.key.collection, "a", {"hosts": ["other"]}), B)
    await sink.ack(await sink.hear(), incremental=True)
    mesh.line.rollback(1)
    delta = await sink.hear()
    assert delta.incremental
    assert delta.system_version_info.startswith("r3-")
    assert (names(delta), list(delta.removed_resources)) == (["default/a"], ["default/b"])


async def test_who_comes_back_is_told_what_is_new_and_what_went(sink: Raw, mesh: Mesh) -> None:
    """Documented difference: the original ignored what it was told, and never said what went."""
    mesh.line.publish(B)
    held = versions(await sink.ask(incremental=True))
    async with connected(mesh.address) as again:
        mesh.line.publish(C, gone=(B.key,))
        response = await again.ask(incremental=True, held=held)
        assert response.incremental
        assert names(response) == ["default/c"]
        assert list(response.removed_resources) == ["default/b"]


async def test_who_comes_back_with_all_of_it_is_told_just_that(mesh: Mesh) -> None:
    """After a restart of the server thousands come back at once; a push of all would be waste."""
    async with connected(mesh.address) as first:
        held = versions(await first.ask(incremental=True))
    async with connected(mesh.address) as again:
        response = await again.ask(incremental=True, held=held)
        assert response.incremental
        assert not response.resources
        assert not response.removed_resources
        await again.ack(response, incremental=True)
        await again.nothing()
        mesh.line.publish(B)
        assert names(await again.hear()) == ["default/b"]


async def test_who_comes_back_without_an_older_one_is_told_it(mesh: Mesh) -> None:
    async with connected(mesh.address) as again:
        response = await again.ask(incremental=True, held={"default/a": "another"})
        assert response.incremental
        assert names(response) == ["default/a"]


async def test_who_comes_back_with_more_is_told_all_that_is_left(mesh: Mesh) -> None:
    async with connected(mesh.address) as first:
        held = versions(await first.ask(incremental=True)) | {"default/x": "1"}
    async with connected(mesh.address) as again:
        response = await again.ask(incremental=True, held=held)
        assert not response.incremental
        assert names(response) == ["default/a"]


async def test_versions_without_the_wish_for_a_delta_mean_nothing(mesh: Mesh) -> None:
    async with connected(mesh.address) as first:
        held = versions(await first.ask(incremental=True))
    async with connected(mesh.address) as again:
        response = await again.ask(held=held)
        assert not response.incremental
        assert names(response) == ["default/a"]


async def test_any_collection_has_deltas(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(RULES, incremental=True), incremental=True)
    mesh.line.publish(istio("DestinationRule", "d", {"host": "x"}))
    delta = await sink.hear()
    assert (delta.incremental, names(delta)) == (True, ["default/d"])


async def test_streams_that_take_the_same_step_share_its_bytes() -> None:
    async with (
        serving(A) as mesh,
        connected(mesh.address) as one,
        connected(mesh.address) as other,
    ):
        for sink in (one, other):
            await sink.ack(await sink.ask(incremental=True), incremental=True)
            await sink.nothing()
        mesh.line.publish(B)
        assert (
            len({m.SerializeToString() for m in await asyncio.gather(one.hear(), other.hear())})
            == 1
        )
