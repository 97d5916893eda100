"""What a version says: it follows content alone, and a rollback makes it another one."""

import pytest

from tests.mesh.mcp.raw import ROUTES, RULES, Raw, connected, names, shows
from tests.mesh.served import Mesh, istio, serving, virtual_services

B = virtual_services("b")[0]


async def test_equal_content_has_an_equal_version_in_any_process(sink: Raw) -> None:
    """G8 of the wire: neither a restart nor another replica causes a push."""
    here = await sink.ask()
    async with serving(*virtual_services("b")) as other, connected(other.address) as there:
        other.line.publish(*virtual_services("a"), gone=(B.key,))
        assert (await there.ask()).system_version_info == here.system_version_info


async def test_the_worker_tells_everything_again_and_nobody_is_sent_anything(
    sink: Raw, mesh: Mesh
) -> None:
    await sink.ack(await sink.ask())
    mesh.line.load()
    await sink.nothing()


async def test_a_version_changes_with_content_and_with_nothing_else(sink: Raw, mesh: Mesh) -> None:
    seen = []
    for change in (B, istio("DestinationRule", "d", {"host": "x"}), istio(B.key.collection, "a")):
        mesh.line.publish(change)
        seen.append((await sink.ask()).system_version_info)
        await sink.say()
    assert seen[0] == seen[1] != seen[2]


async def test_a_resource_has_a_version_that_changes_with_it_alone(sink: Raw, mesh: Mesh) -> None:
    def versions(response: object) -> dict[str, str]:
        return {each.metadata.name: each.metadata.version for each in response.resources}  # type: ignore[attr-defined]  # a protobuf message

    mesh.line.publish(B)
    first = await sink.ask()
    await sink.ack(first)
    mesh.line.publish(istio(B.key.collection, "b", {"hosts": ["other"]}))
    second = await sink.hear()
    assert versions(first)["default/a"] == versions(second)["default/a"] != ""
    assert versions(first)["default/b"] != versions(second)["default/b"]


async def test_a_rollback_brings_old_content_under_a_new_version(sink: Raw, mesh: Mesh) -> None:
    first = await sink.ask()
    await sink.ack(first)
    mesh.line.publish(B)
    second = await sink.hear()
    await sink.ack(second)
    mesh.line.rollback(1)
    third = await sink.hear()
    assert third.resources == first.resources
    assert third.system_version_info == f"r3-{first.system_version_info}"
    await sink.ack(third)
    mesh.line.publish(B)
    fourth = await sink.hear()
    assert fourth.system_version_info == f"r3-{second.system_version_info}"


async def test_a_collection_that_a_rollback_leaves_is_called_otherwise_all_the_same(
    sink: Raw, mesh: Mesh
) -> None:
    """Or who comes before and after a restart would be told differently."""
    rules = await sink.ask(RULES)
    await sink.ack(rules)
    mesh.line.publish(B)
    mesh.line.rollback(1)
    await sink.nothing()
    assert (await sink.ask(RULES)).system_version_info == f"r3-{rules.system_version_info}"


async def test_a_rollback_to_what_a_sink_had_before_it_refused_is_sent(
    sink: Raw, mesh: Mesh
) -> None:
    first = await sink.ask()
    await sink.ack(first)
    mesh.line.publish(B)
    await sink.ack(await sink.hear(), error="no")
    mesh.line.rollback(1)
    third = await sink.hear()
    assert third.system_version_info == f"r3-{first.system_version_info}"
    assert third.resources == first.resources
    await sink.ack(third)
    await sink.nothing()
    await shows(mesh, state="synced", nack="", received=3)


async def test_a_rollback_that_leaves_what_was_refused_offers_it_again(
    sink: Raw, mesh: Mesh
) -> None:
    refused = await sink.ask()
    await sink.ack(refused, error="no")
    mesh.line.publish(istio("DestinationRule", "d", {"host": "x"}))
    await sink.nothing()
    mesh.line.rollback(1)
    again = await sink.hear()
    assert again.resources == refused.resources
    assert again.system_version_info == f"r3-{refused.system_version_info}"
    assert again.nonce != refused.nonce


async def test_what_is_refused_of_a_rollback_is_offered_once(sink: Raw, mesh: Mesh) -> None:
    """Also if the worker tells everything again, the rollback included."""
    await sink.ack(await sink.ask())
    mesh.line.publish(B)
    await sink.ack(await sink.hear())
    mesh.line.rollback(1)
    await sink.ack(await sink.hear(), error="no")
    mesh.line.load()
    await sink.nothing()


@pytest.mark.parametrize("collection", [ROUTES, RULES])
async def test_a_new_stream_is_told_what_is_live(mesh: Mesh, collection: str) -> None:
    """One that comes after a rollback, as one that was there."""
    async with connected(mesh.address) as before:
        await before.ask(collection)
        mesh.line.publish(B)
        mesh.line.rollback(1)
        async with connected(mesh.address) as after:
            told = await after.ask(collection)
    assert told.system_version_info.startswith("r3-")
    assert names(told) == (["default/a"] if collection == ROUTES else [])
