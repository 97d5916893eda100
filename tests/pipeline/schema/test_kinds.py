"""What schema files and built-in entries make known of kinds."""

from collections.abc import Callable

import pytest

from pipeline import schema
from pipeline.model import Key, Level, Resource
from pipeline.schema import BUILTIN_KINDS, SchemaSet, SchemaText, UnknownKinds
from pipeline.stage import Outcome, Stage

ROUTE = "test.galley.dev/Route"


def route(api_version: str) -> Resource:
    key = Key(ROUTE, "default", "main")
    return Resource.build(key, api_version, body={"spec": {"hosts": ["a"]}})


@pytest.mark.parametrize(
    "name", ["Route", "routes", "rt", "route", "test.galley.dev/v1beta1/Route", ROUTE]
)
def test_a_crd_makes_its_kind_known_by_all_its_names(schemas: SchemaSet, name: str) -> None:
    assert schemas.kinds.resolve(name) == ROUTE


def test_a_crd_says_storage_version_served_versions_and_scope(schemas: SchemaSet) -> None:
    kind = schemas.kinds.get(ROUTE)
    assert kind is not None
    assert (kind.version, kind.served, kind.namespaced) == ("v1", ("v1beta1",), True)


def test_a_version_that_is_not_served_is_an_error(
    schemas: SchemaSet, run: Callable[[Stage, Resource], Outcome]
) -> None:
    (found,) = run(schemas.stage, route("test.galley.dev/v1alpha1")).diagnostics
    assert (found.code, found.path) == ("GAL0307", ("apiVersion",))
    assert "not known in version v1alpha1, only in v1, v1beta1" in found.message


@pytest.mark.parametrize(
    ("unknown_kinds", "levels"),
    [("accept", []), ("warn", [Level.WARNING]), ("refuse", [Level.ERROR])],
)
def test_a_version_that_a_built_in_entry_lacks_is_treated_as_unknown(
    run: Callable[[Stage, Resource], Outcome], unknown_kinds: UnknownKinds, levels: list[Level]
) -> None:
    """The entry may be older than the version."""
    stage = schema.build([], unknown_kinds=unknown_kinds).stage
    service = Resource.build(Key("core/Service", "default", "main"), "v3")
    assert [each.level for each in run(stage, service).diagnostics] == levels


def test_a_version_that_needs_a_webhook_is_not_served(texts: dict[str, SchemaText]) -> None:
    """Galley cannot convert it, unless both versions have the same schema."""
    text = texts["routes.yaml"].text.replace(
        "  scope: Namespaced", "  scope: Cluster\n  conversion: {strategy: Webhook}"
    )
    kind = schema.build([SchemaText("routes.yaml", text)]).kinds.get(ROUTE)
    assert kind is not None
    assert (kind.served, kind.namespaced) == ((), False)


def test_a_crd_of_a_built_in_kind_keeps_the_entrys_aliases(texts: dict[str, SchemaText]) -> None:
    text = texts["routes.yaml"].text.replace("test.galley.dev", "networking.istio.io")
    text = text.replace("Route", "VirtualService").replace("routes", "virtualservices")
    kinds = schema.build([SchemaText("vs.yaml", text)]).kinds
    found = kinds.resolve("istio/networking/v1alpha3/virtualservices")
    assert found == "networking.istio.io/VirtualService"


def workloads(stored: str, other: str) -> SchemaText:
    """A CRD of a kind whose built-in entry converts a version."""
    version = "{name: %s, served: true, storage: %s, schema: {openAPIV3Schema: {type: object}}}"
    return SchemaText(
        "workloads.yaml",
        "apiVersion: apiextensions.k8s.io/v1\n"
        "kind: CustomResourceDefinition\n"
        "spec:\n"
        "  group: workload.linkerd.io\n"
        "  scope: Namespaced\n"
        "  names: {kind: ExternalWorkload, plural: externalworkloads}\n"
        f"  versions: [{version % (stored, 'true')}, {version % (other, 'false')}]\n",
    )


def test_a_crd_of_a_built_in_kind_keeps_the_entrys_conversions() -> None:
    """Unless it stores another version than the entry converts to."""
    found = schema.build([workloads("v1beta1", "v1alpha1")]).kinds
    kind = found.stored("workload.linkerd.io/v1alpha1", "ExternalWorkload")
    assert kind is not None
    assert kind.conversion("workload.linkerd.io/v1alpha1") is not None
    turned = schema.build([workloads("v1alpha1", "v1beta1")]).kinds
    kind = turned.stored("workload.linkerd.io/v1beta1", "ExternalWorkload")
    assert kind is not None
    assert kind.conversions == ()


def test_a_json_schema_judges_the_whole_manifest(
    schemas: SchemaSet, run: Callable[[Stage, Resource], Outcome]
) -> None:
    """Plural, aliases and scope stay those of the built-in entry."""
    key = Key("core/Service", "default", "n" * 64)
    service = Resource.build(key, "v1", body={"spec": {"port": []}})
    found = run(schemas.stage, service).diagnostics
    assert [each.field() for each in found] == ["metadata.name", "spec.port"]
    assert schemas.kinds.resolve("svc") == "core/Service"


@pytest.mark.parametrize(
    "head",
    [
        "x-kubernetes-group-version-kind: {group: a.io, version: v1, kind: Thing}",
        "properties: {apiVersion: {const: a.io/v1}, kind: {enum: [Thing]}}",
        "title: a.io/v1/Thing",
        "$id: https://schemas.example.com/a.io/v1/Thing.json",
    ],
)
def test_a_json_schema_says_its_kind_in_several_ways(head: str) -> None:
    built = schema.build([SchemaText("thing.yaml", f"type: object\n{head}\n")])
    kind = built.kinds.get("a.io/Thing")
    assert kind is not None
    assert kind.api_version == "a.io/v1"


def test_facts_about_the_world_are_observed() -> None:
    observed = {kind.kind for kind in BUILTIN_KINDS if kind.observed}
    assert observed == {"Endpoints", "EndpointSlice", "Node", "Pod", "SyntheticServiceEntry"}
