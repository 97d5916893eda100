"""Every collection of the original under its name, as the message that its sinks know."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation
from pipeline.model import Key, Resource
from tests.mesh.doubles import mixer, pilot
from tests.mesh.doubles.messages import TYPE_PREFIX
from tests.mesh.doubles.stored import unreadable
from tests.mesh.mcp.raw import connected, names
from tests.mesh.served import CREATED, serving

TABLE = Path(__file__).parents[2] / "data/kinds/collections.tsv"
_SAME_NAME = {
    "istio/authentication/v1alpha1/": "istio.authentication.v1alpha1",
    "istio/config/v1alpha2/": "istio.mixer.v1.config.client",
    "istio/mixer/v1/config/client/": "istio.mixer.v1.config.client",
    "istio/networking/v1alpha3/": "istio.networking.v1alpha3",
    "istio/rbac/v1alpha1/": "istio.rbac.v1alpha1",
    "istio/security/v1beta1/": "istio.security.v1beta1",
}
_OTHERWISE = {
    "istio/authentication/v1alpha1/meshpolicies": "istio.authentication.v1alpha1.Policy",
    "istio/config/v1alpha2/adapters": "google.protobuf.Struct",
    "istio/config/v1alpha2/templates": "google.protobuf.Struct",
    "istio/mesh/v1alpha1/MeshConfig": "istio.mesh.v1alpha1.MeshConfig",
    "istio/networking/v1alpha3/synthetic/serviceentries": "istio.networking.v1alpha3.ServiceEntry",
    "istio/policy/v1beta1/attributemanifests": "istio.policy.v1beta1.AttributeManifest",
    "istio/policy/v1beta1/handlers": "istio.policy.v1beta1.Handler",
    "istio/policy/v1beta1/instances": "istio.policy.v1beta1.Instance",
    "istio/policy/v1beta1/rules": "istio.policy.v1beta1.Rule",
    "istio/rbac/v1alpha1/clusterrbacconfigs": "istio.rbac.v1alpha1.RbacConfig",
}
_MORE = ("configmaps", "secrets")
KUBERNETES = (*(f"k8s/core/v1/{name}" for name in _MORE),)
"""Those of 1.5 besides the table's."""
SPECS: dict[str, Any] = {
    "istio/networking/v1alpha3/virtualservices": {"hosts": ["a"]},
    "istio/networking/v1alpha3/synthetic/serviceentries": {"hosts": ["a"]},
    "istio/config/v1alpha2/legacy/stdios": {"outputAsJson": True, "levels": {"a": 1}},
}


def message_of(served_as: str, collection: str) -> str:
    if served_as in _OTHERWISE:
        return _OTHERWISE[served_as]
    if "/legacy/" in served_as:
        return "google.protobuf.Struct"
    group = served_as.rpartition("/")[0] + "/"
    return f"{_SAME_NAME[group]}.{collection.rpartition('/')[2]}"


def rows() -> list[list[str]]:
    """Name on the wire, collection, scope."""
    lines = (line.split("\t") for line in TABLE.read_text().splitlines()[1:])
    return [line for line in lines if line[0].startswith(("istio/", "k8s/"))]


ORIGINAL = [row for row in rows() if row[0].startswith("istio/")]
EMPTY = [*(row[0] for row in rows() if row[0].startswith("k8s/")), *KUBERNETES]


def one(served_as: str, collection: str, scope: str) -> Resource:
    namespace = "" if scope == "cluster" else "ns"
    key = Key(collection, namespace, "it")
    group = collection.partition("/")[0]
    return Resource.build(
        key,
        f"{group}/v1",
        labels={"app": "x"},
        annotations={"note": "y"},
        body={"spec": SPECS.get(served_as, {})},
    )


def test_the_table_has_what_the_original_served() -> None:
    assert len(ORIGINAL) == 27 + 31
    assert len(EMPTY) == 7 + 2
    asked = {*pilot.COLLECTIONS["1.5"], *mixer.COLLECTIONS, pilot.SYNTHETIC}
    assert asked <= {row[0] for row in ORIGINAL}


async def test_each_is_served_under_its_name_as_its_message() -> None:
    async with serving(strict_collections=True) as mesh, connected(mesh.address) as sink:
        everything = [one(*row[:3]) for row in ORIGINAL]
        observed = [each for each in everything if "Synthetic" in each.key.collection]
        mesh.line.publish(*(each for each in everything if each not in observed))
        mesh.observed.publish(*observed)
        for served_as, collection, scope, *_ in ORIGINAL:
            response = await sink.ask(served_as)
            (resource,) = response.resources
            assert names(response) == ["it" if scope == "cluster" else "ns/it"]
            assert resource.body.type_url == TYPE_PREFIX + message_of(served_as, collection)
            assert unreadable(resource, Generation.ISTIO_1_4) == ""
            metadata = resource.metadata
            assert metadata.create_time.ToSeconds() == CREATED
            assert metadata.version
            assert dict(metadata.labels) == {"app": "x"}
            assert dict(metadata.annotations) == {"note": "y"}
            await sink.ack(response)


@pytest.mark.parametrize("strict", [False, True])
async def test_each_is_answered_when_it_is_empty(*, strict: bool) -> None:
    async with serving(strict_collections=strict) as mesh, connected(mesh.address) as sink:
        mesh.line.publish()
        for served_as, *_ in ORIGINAL:
            response = await sink.ask(served_as)
            assert not response.resources
            assert response.system_version_info
            assert response.nonce


async def test_those_of_kubernetes_are_always_empty() -> None:
    async with serving(strict_collections=True) as mesh, connected(mesh.address) as sink:
        service = Resource.build(Key("core/Service", "ns", "it"), "v1", body={"spec": {}})
        mesh.line.publish(service)
        for name in EMPTY:
            response = await sink.ask(name)
            assert not response.resources
            assert response.system_version_info


async def test_a_struct_holds_what_was_written() -> None:
    row = next(row for row in ORIGINAL if row[0].endswith("legacy/stdios"))
    async with serving(one(*row[:3])) as mesh, mixer.Mixer(mesh.address) as double:
        await double.until(lambda: bool(double.store[row[0]]))
        stored = double.store[row[0]]["ns", "it"]
        assert stored.content(Generation.ISTIO_1_4) == SPECS[row[0]]


async def test_the_mesh_config_is_one_resource_of_that_name() -> None:
    key = Key("mesh.istio.io/MeshConfig", "istio-system", "meshconfig")
    config = Resource.build(key, "v1alpha1", body={"spec": {"ingressClass": "istio"}})
    async with serving(config) as mesh, connected(mesh.address) as sink:
        response = await sink.ask("istio/mesh/v1alpha1/MeshConfig")
        assert names(response) == ["istio-system/meshconfig"]
