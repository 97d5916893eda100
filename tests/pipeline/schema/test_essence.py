"""Of a CRD what decides is kept, and all of that."""

import json
from collections.abc import Callable
from typing import Any

from pipeline import schema
from pipeline.model import Key, Resource
from pipeline.schema import SchemaText, essence
from pipeline.stage import Outcome, Stage


def crd(properties: dict[str, Any], **spec: Any) -> dict[str, Any]:
    stored = {"openAPIV3Schema": {"type": "object", "properties": properties}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": stored}],
            **spec,
        },
    }


def test_a_default_keeps_its_own_field_called_description(
    run: Callable[[Stage, Resource], Outcome],
) -> None:
    about = {"type": "object", "properties": {"description": {"type": "string"}}}
    said = crd({"spec": {**about, "description": "Prose.", "default": {"description": "plain"}}})
    stage = schema.build([SchemaText("thing", json.dumps(said))]).stage
    thing = Resource.build(Key("example.com/Thing", "default", "a"), "example.com/v1", body={})

    (made,) = run(stage, thing).resources

    assert made.document().body == {"spec": {"description": "plain"}}


def test_what_changes_by_itself_is_not_of_the_essence() -> None:
    def webhook(bundle: str) -> dict[str, Any]:
        return {"strategy": "Webhook", "webhook": {"clientConfig": {"caBundle": bundle}}}

    plain = crd({"spec": {"type": "object"}}, conversion=webhook("one"))
    other = crd({"spec": {"type": "object", "description": "New."}}, conversion=webhook("two"))

    assert essence({**other, "status": {"storedVersions": ["v1"]}}) == essence(plain)
    assert essence(plain)["spec"]["conversion"] == {"strategy": "Webhook"}


def test_a_damaged_definition_stays_damaged() -> None:
    assert essence({}) == {"spec": None}
    assert essence({"spec": {"conversion": "None"}}) == {"spec": {"conversion": "None"}}
