"""Which sinks get which resources: by what they tell of themselves, once on a stream."""

from collections.abc import AsyncIterator

import pytest

from pipeline.model import Key, Resource
from tests.mesh.doubles.mixer import Mixer
from tests.mesh.doubles.pilot import Pilot
from tests.mesh.mcp.raw import ROUTES, RULES, Raw, connected, names
from tests.mesh.served import Mesh, serving

GROUPS = (
    {"match": {"id": "canary"}, "channel": "default", "namespaces": ["next"]},
    {"match": {"metadata": {"zone": "eu-*"}}, "channel": "default", "namespaces": ["eu"]},
    {"match": {"id": "default"}, "channel": "default", "labels": {"for": "mixer"}},
    {"channel": "default"},
)


def route(namespace: str, name: str = "it", **labels: str) -> Resource:
    key = Key("networking.istio.io/VirtualService", namespace, name)
    return Resource.build(key, "networking.istio.io/v1", labels=labels, body={"spec": {}})


@pytest.fixture
async def mesh() -> AsyncIterator[Mesh]:
    async with serving(route("next"), route("eu"), route("us"), groups=GROUPS) as running:
        yield running


async def test_the_id_chooses(sink: Raw) -> None:
    assert names(await sink.ask(sink={"id": "canary"})) == ["next/it"]


async def test_annotations_choose(sink: Raw) -> None:
    response = await sink.ask(sink={"id": "x", "annotations": {"zone": "eu-1", "other": "y"}})
    assert names(response) == ["eu/it"]


async def test_without_an_id_one_is_anybody(mesh: Mesh) -> None:
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        assert set(pilot.store[ROUTES]) == {("next", "it"), ("eu", "it"), ("us", "it")}


async def test_who_a_sink_is_it_need_not_say_again(sink: Raw, mesh: Mesh) -> None:
    await sink.ask(RULES, sink={"id": "canary"})
    assert names(await sink.ask()) == ["next/it"]
    assert [each.node for each in mesh.subscribers()] == ["canary"]


async def test_a_change_elsewhere_is_none_for_it(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(sink={"id": "canary"}))
    mesh.line.publish(route("us", "more"))
    await sink.nothing()
    mesh.line.publish(route("next", "more"))
    assert names(await sink.hear()) == ["next/it", "next/more"]


async def test_labels_choose_and_what_loses_one_goes(mesh: Mesh) -> None:
    mesh.line.publish(
        *(
            Resource.build(
                Key("config.istio.io/rule", "ns", name),
                "v1alpha2",
                labels=labels,
                body={"spec": {}},
            )
            for name, labels in (("a", {"for": "mixer"}), ("b", {"for": "mixer"}), ("c", {}))
        )
    )
    async with Mixer(mesh.address) as mixer:
        await mixer.synced()
        rules = mixer.store["istio/policy/v1beta1/rules"]
        assert {name for _, name in rules} == {"a", "b"}
        mesh.line.publish(
            Resource.build(Key("config.istio.io/rule", "ns", "b"), "v1alpha2", body={"spec": {}})
        )
        await mixer.until(lambda: len(mixer.store["istio/policy/v1beta1/rules"]) == 1)


async def test_where_no_group_matches_it_has_the_one_channel_with_its_wire() -> None:
    async with (
        serving(route("us"), groups=({"match": {"wire": "istio"}, "channel": "other"},)) as mesh,
        connected(mesh.address) as sink,
    ):
        assert names(await sink.ask()) == ["us/it"]  # of the one channel that has the wire
