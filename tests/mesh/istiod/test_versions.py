"""What istiod goes by: a resource's version, its name and when it was created."""

from datetime import UTC, datetime

import pytest

from pipeline.model import Key, Resource
from tests.mesh.istiod.conftest import (
    DESTINATION_RULES,
    VIRTUAL_SERVICES,
    acknowledged,
    answers,
    holds,
    istiod_of,
    key,
    names,
    route,
    rule,
)
from tests.mesh.served import CREATED, MeshLine, istio, serving

SPEC = {"hosts": ["a.example.com"]}


def annotated(**annotations: str) -> Resource:
    """The route `a`, with annotations."""
    return Resource.build(
        key("a"), "networking.istio.io/v1", body={"spec": SPEC}, annotations=annotations
    )


CHANGES = {
    "the body": route("a", "b.example.com"),
    "a label": istio("VirtualService", "a", SPEC, team="blue"),
    "an annotation": annotated(note="blue"),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
async def test_a_version_changes_with_whatever_istiod_stores(changed: Resource) -> None:
    async with serving(route("a"), route("b")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        before = dict(istiod.store[VIRTUAL_SERVICES])
        mesh.line.publish(changed)
        await acknowledged(mesh)
        after = istiod.store[VIRTUAL_SERVICES]
        assert after["default", "a"] != before["default", "a"]
        assert after["default", "a"].version != before["default", "a"].version
        assert after["default", "b"] == before["default", "b"]
        assert after["default", "a"].labels == dict(changed.labels)
        assert after["default", "a"].annotations == dict(changed.document().annotations)
        updated = [each.name[1] for each in istiod.events if each.what == "update"]
        assert updated == ["a"]


async def test_what_is_changed_and_changed_back_has_the_version_that_it_had() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        first = istiod.store[VIRTUAL_SERVICES]["default", "a"]
        mesh.line.publish(route("a", "b.example.com"))
        await acknowledged(mesh)
        mesh.line.rollback(1)
        await acknowledged(mesh)
        assert istiod.store[VIRTUAL_SERVICES]["default", "a"] == first
        assert [each.what for each in istiod.events] == ["add", "update", "update"]


async def test_equal_content_has_equal_versions_in_another_replica() -> None:
    async with (
        serving(route("a"), rule("b")) as one,
        serving(rule("b"), line=_later(route("a"))) as other,
        istiod_of(one) as here,
        istiod_of(other) as there,
    ):
        await here.synced()
        await there.synced()
        assert here.store == there.store
        assert here.versions == there.versions


def _later(resource: Resource) -> MeshLine:
    """A line that has come to the same by another way."""
    line = MeshLine(lineage="second")
    line.publish(route("x"))
    line.publish(resource, gone=(key("x"),))
    return line


async def test_equal_content_sends_nothing_and_only_the_type_that_changed_is_sent() -> None:
    async with serving(route("a"), rule("b")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        before = len(istiod.log.received)
        mesh.line.publish(route("a"))
        mesh.line.publish(istio("core/ConfigMap", "c"))
        mesh.line.publish(rule("b", "other.example.com"))
        await acknowledged(mesh)
        assert [each.type_url for each in istiod.log.received[before:]] == [DESTINATION_RULES]


async def test_names_have_a_namespace_and_times_are_true() -> None:
    elsewhere = Resource.build(
        Key("networking.istio.io/VirtualService", "blue", "a"),
        "networking.istio.io/v1",
        body={"spec": SPEC},
    )
    async with serving(route("a"), elsewhere) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        store = istiod.store[VIRTUAL_SERVICES]
        assert set(store) == {("default", "a"), ("blue", "a")}
        created = {each.create_time for each in store.values()}
        assert created == {datetime.fromtimestamp(CREATED, UTC)}


async def test_a_resource_without_a_namespace_arrives_as_one_of_none() -> None:
    """istiod drops a name without a slash, and so would lose it."""
    bare = Resource.build(
        Key("networking.istio.io/VirtualService", "", "a"),
        "networking.istio.io/v1",
        body={"spec": SPEC},
    )
    async with serving(bare) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        assert set(istiod.store[VIRTUAL_SERVICES]) == {("", "a")}
        assert istiod.dropped == []


async def test_a_burst_is_one_answer_to_a_client_that_is_not_quick() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        istiod.hold(VIRTUAL_SERVICES)
        for number in range(50):
            mesh.line.publish(route("a", f"{number}.example.com"), route(f"r{number}"))
        await istiod.until(lambda: bool(istiod.held[VIRTUAL_SERVICES]))
        assert answers(istiod) == 2
        assert await mesh.line.channel.live_at_least(mesh.line.number, timeout=10)
        await istiod.release(VIRTUAL_SERVICES)
        await acknowledged(mesh)
        assert answers(istiod) <= 3
        assert len(names(istiod)) == 51


async def test_what_goes_is_deleted_and_the_last_one_too() -> None:
    async with serving(route("a"), route("b")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        mesh.line.publish(gone=(key("a"),))
        await holds(istiod, "b")
        mesh.line.publish(gone=(key("b"),))
        await holds(istiod)
        assert istiod.has_synced
