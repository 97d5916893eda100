"""Kinds out of what an API server publishes: one version of each, and last of all descriptions."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pipeline import schema
from pipeline.model import Key, Kinds, Resource
from pipeline.schema import (
    BUILTIN_KINDS,
    PUBLISHED,
    SchemaDocument,
    SchemaError,
    SchemaText,
    openapi,
)

KNOWN = Kinds(BUILTIN_KINDS)


def document(
    group: str, version: str, *kinds: str, verbs: str = "get post", fields: Any = None
) -> SchemaDocument:
    """What is published of a version: kinds with these fields, and what they lead to."""
    paths, schemas = {}, dict(fields or {})
    for kind in kinds:
        about = {
            "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind}
        }
        asked = {"content": {"*/*": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}}
        operations = {verb: {**about, "requestBody": asked} for verb in verbs.split()}
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        paths[f"{root}/namespaces/{{namespace}}/{kind.lower()}s"] = operations
        schemas.setdefault(kind, {"type": "object", "properties": {version: {"type": "string"}}})
    content = {"openapi": "3.0.0", "components": {"schemas": schemas}, "paths": paths}
    return SchemaDocument(f"{group}.{version}", 1, content)


def chosen(*documents: SchemaDocument) -> dict[str, str]:
    """The version taken of each kind."""
    found = schema.of_group(documents, KNOWN)
    specs = [each.content["spec"] for each in found]
    return {each["names"]["kind"]: each["versions"][0]["name"] for each in specs}


@pytest.mark.parametrize("around", [lambda them: them, reversed])
def test_the_most_stable_version_is_taken(around: Callable[..., Any]) -> None:
    """Of each kind, as a beta has kinds that the stable version has not."""
    versions = ["v1alpha1", "v1beta1", "v1beta2", "v1", "v2alpha1", "v2", "v10", "v11beta1"]
    every = [document("x.example", each, "Thing", f"Only{each}") for each in versions]

    found = chosen(*around(every))

    assert found["Thing"] == "v10"
    assert found["Onlyv1beta1"] == "v1beta1"


def test_a_known_kind_is_taken_in_its_version_alone() -> None:
    hpa = "HorizontalPodAutoscaler"
    assert chosen(document("autoscaling", "v1", hpa), document("autoscaling", "v2", hpa)) == {
        hpa: "v2"
    }
    assert chosen(document("autoscaling", "v1", hpa)) == {}


def test_what_is_observed_or_cannot_be_listed_is_left_out() -> None:
    assert chosen(document("", "v1", "Pod", "Service")) == {"Service": "v1"}
    assert chosen(document("x.example", "v1", "Review", verbs="post")) == {}


def test_a_damaged_document_is_told() -> None:
    good = document("x.example", "v1", "Thing").content
    for damaged in (
        {**good, "components": 3},
        {**good, "paths": [1]},
        {**good, "paths": {"/apis/x.example/v1/things": 1}},
        {**good, "components": {"schemas": {"Thing": {"type": "object", "properties": 1}}}},
    ):
        with pytest.raises(SchemaError, match="as OpenAPI it is damaged"):
            tuple(openapi.as_crds(SchemaDocument("a.json", 1, damaged)))


def test_references_that_multiply_are_bounded() -> None:
    """Each component leads twice to the next."""
    ref = "#/components/schemas/C{}"
    doubling = {
        f"C{number}": {
            "type": "object",
            "properties": {side: {"$ref": ref.format(number + 1)} for side in "ab"},
        }
        for number in range(40)
    }
    fields = {**doubling, "Thing": {"type": "object", "properties": {"c": {"$ref": ref.format(0)}}}}

    with pytest.raises(SchemaError, match="more than 100000 nodes"):
        tuple(openapi.as_crds(document("x.example", "v1", "Thing", fields=fields)))


def described(locator: str, field: str, *, published: bool = False) -> SchemaText:
    """A description of Things with this one field."""
    properties = {field: {"type": "string"}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": properties}},
    }
    labels = {"labels": {PUBLISHED: "true"}} if published else {}
    content = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.x.example", **labels},
        "spec": {
            "group": "x.example",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things"},
            "versions": [version],
        },
    }
    return SchemaText(locator, yaml.safe_dump(content))


@pytest.mark.parametrize("around", [lambda them: them, reversed])
def test_what_is_published_gives_way(around: Callable[..., Any]) -> None:
    """To a description that somebody has written, whichever comes first; two that are written and
    differ are told."""
    old, new = described("one", "old", published=True), described("two", "new", published=True)
    written = described("crds/thing.yaml", "written")

    def source(*texts: SchemaText) -> str:
        return schema.build(list(around(texts))).compiled["x.example/Thing"].source.locator

    assert source(old, written) == "crds/thing.yaml"
    assert source(old, written, new) == "crds/thing.yaml"
    with pytest.raises(SchemaError, match="crds/thing"):
        schema.build(list(around([old, written, described("other", "other"), new])))


def test_of_several_that_publish_the_first_counts() -> None:
    old, new = described("one", "old", published=True), described("two", "new", published=True)

    assert schema.build([old, new]).compiled["x.example/Thing"].source.locator == "one"
    assert schema.build([new, old]).compiled["x.example/Thing"].source.locator == "two"


def test_other_versions_of_a_known_kind_go_on_to_convert() -> None:
    """What is published describes one version; a server of today serves more, and converts."""
    autoscaler = document("autoscaling", "v2", "HorizontalPodAutoscaler")
    text = SchemaText("autoscaling.yaml", yaml.safe_dump(autoscaler.content))
    kinds = schema.build([text]).kinds
    kind = kinds.stored("autoscaling/v1", "HorizontalPodAutoscaler")
    assert kind is not None
    assert kind.conversion("autoscaling/v1") is not None


CONDITIONS = {"type": "object", "required": ["reason"], "properties": {"reason": {}}}
FIELDS = {"type": "object", "properties": {"spec": {"type": "object"}, "status": CONDITIONS}}
PUBLISHES = document("x.example", "v1", "Thing", fields={"Thing": FIELDS}).content
WRITTEN = {"title": "x.example/v1/Thing", **FIELDS}


@pytest.mark.parametrize("unknown", ["refuse", "prune"])
@pytest.mark.parametrize("described", [PUBLISHES, WRITTEN])
def test_the_parts_of_a_status_that_a_source_keeps_are_let_alone(
    described: Any, unknown: Any
) -> None:
    """They lack what a whole one must have."""
    text = SchemaText("thing.yaml", yaml.safe_dump(described))
    schemas = schema.build([text], unknown_fields=unknown)
    body = {"spec": {}, "status": {"loadBalancer": {"ip": "10.0.0.1"}}}
    thing = Resource.build(Key("x.example/Thing", "shop", "a"), "x.example/v1", body=body)
    judged = schemas.compiled["x.example/Thing"].validator.judge(thing, thing.document())
    assert list(judged.problems) == []
    assert judged.body in (None, body)
