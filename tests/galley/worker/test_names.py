"""What collections are called is told to the service, so that subscriptions may use aliases."""

from typing import Any

import pytest

from galley.protocol.view import View
from pipeline.model import Key, Resource


def some(collection: str, name: str) -> Resource:
    group = collection.partition("/")[0]
    return Resource.build(Key(collection, "default", name), f"{group}/v1", body={"spec": {}})


async def test_aliases_resolve_to_collections(rig: Any) -> None:
    await rig.until(lambda: bool(rig.kinds))

    view = View.of(["istio/networking/v1alpha3/virtualservices", "configmaps", "g/Unknown"])

    assert view.resolved(rig.kinds).collections == (
        "core/ConfigMap",
        "g/Unknown",
        "networking.istio.io/VirtualService",
    )


@pytest.mark.parametrize(
    ("named", "collection"),
    [
        ("Prometheus", "monitoring.coreos.com/Prometheus"),  # and one of Mixer's adapters
        ("gateways", "gateway.networking.k8s.io/Gateway"),  # and Istio's
    ],
)
async def test_a_name_of_several_kinds_means_the_one_that_is_held(
    rig: Any, named: str, collection: str
) -> None:
    rig.put("a.yaml", some(collection, "main"))
    await rig.until(lambda: rig.version == 1)
    answer = await rig.ask("resources", collection=named)
    assert [each["collection"] for each in answer["resources"]] == [collection]
    traced = await rig.ask("trace", resource=f"{named}/default/main")
    assert traced["resource"] == f"{collection}/default/main"


async def test_where_several_are_held_it_means_istios(rig: Any) -> None:
    istios, others = "networking.istio.io/Gateway", "gateway.networking.k8s.io/Gateway"
    rig.put("a.yaml", some(others, "main"))
    rig.put("b.yaml", some(istios, "main"))
    await rig.until(lambda: len(rig.live["mesh"]) == 2)
    answer = await rig.ask("resources", collection="Gateway")
    assert [each["collection"] for each in answer["resources"]] == [istios]
