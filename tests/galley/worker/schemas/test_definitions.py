"""What a source of schemas holds: definitions alone, and of them what decides."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from galley.worker.definitions import Definitions, Holding
from pipeline import schema
from pipeline.kinds import DEFINITION
from pipeline.model import Batch, Broken, Change, Key, Located, Origin, Read, Removed, Resource
from pipeline.model.messages.source import FILE_UNREADABLE
from sources.settings import PUBLISHED, MemorySettings

NAME = "things.example.com"
Say: TypeAlias = Callable[..., Batch]


def crd(description: str = "", bundle: str = "", **metadata: Any) -> Resource:
    stored = {"openAPIV3Schema": {"type": "object", "description": description}}
    webhook = {"clientConfig": {"caBundle": bundle}}
    spec = {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "things", "kind": "Thing"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": stored}],
        "conversion": {"strategy": "Webhook", "webhook": webhook},
    }
    key = Key(DEFINITION, "", NAME)
    return Resource.build(key, "apiextensions.k8s.io/v1", body={"spec": spec}, **metadata)


def read(locator: str, *resources: Resource) -> Read:
    origin = Origin("crds", "", locator)
    return Read(locator, tuple(Located(each, origin) for each in resources))


def whole(*changes: Change) -> Batch:
    return Batch("crds", changes, complete=True)


@pytest.fixture
def definitions() -> Definitions:
    return Definitions(MemorySettings(name="crds", type="memory"), Holding())


@pytest.mark.parametrize(
    "other",
    [
        {"description": "Things."},
        {"bundle": "renewed"},
        {"labels": {"release": "2"}},
        {"annotations": {"seen": "today"}},
    ],
)
async def test_what_decides_nothing_is_no_change(
    definitions: Definitions, other: dict[str, Any]
) -> None:
    assert await definitions.receive(whole(read("a.yaml", crd())))
    before = tuple(definitions.texts())

    assert not await definitions.receive(Batch("crds", (read("a.yaml", crd(**other)),)))

    assert tuple(definitions.texts()) == before
    assert json.loads(before[0].text)["metadata"] == {"name": NAME}


async def test_a_text_is_called_by_its_place(definitions: Definitions) -> None:
    await definitions.receive(whole(read("b/things.yaml", crd())))
    assert [each.locator for each in definitions.texts()] == ["crds: b/things.yaml"]

    await definitions.receive(whole(read(f"{DEFINITION}//{NAME}", crd())))
    named = [each.locator for each in definitions.texts()]
    assert named == [f"crds: customresourcedefinitions/{NAME}"]


async def test_what_is_no_definition_is_passed_over(definitions: Definitions) -> None:
    other = Resource.build(Key("core/ConfigMap", "default", "a"), "v1", body={})

    assert await definitions.receive(whole(read("a.yaml", other, crd())))
    assert len(tuple(definitions.texts())) == 1
    assert await definitions.receive(Batch("crds", (read("a.yaml", other),)))
    assert tuple(definitions.texts()) == ()
    assert definitions.known


async def test_a_source_that_may_read_nothing_is_not_known(definitions: Definitions) -> None:
    refused = Broken(f"{DEFINITION}/", (FILE_UNREADABLE.report(problem="forbidden"),))

    assert not await definitions.receive(whole(refused))
    assert not definitions.known
    await definitions.receive(Batch("crds", (Removed(f"{DEFINITION}/"),)))
    assert definitions.known


async def test_what_was_held_is_replaced_by_the_first_complete_read(
    definitions: Definitions,
) -> None:
    await definitions.receive(whole(read("a.yaml", crd()), read("b.yaml", crd())))
    later = Definitions(MemorySettings(name="crds", type="memory"), definitions.holding())
    assert tuple(later.texts()) == tuple(definitions.texts())

    broken = Broken("b.yaml", (FILE_UNREADABLE.report(problem="it is cut short"),))
    assert await later.receive(whole(broken))

    assert [each.locator for each in later.texts()] == ["crds: b.yaml"]


def published(version: str, kind: str = "Thing") -> Resource:
    """A document of a group with one kind."""
    about = {"group": "own.example", "version": version, "kind": kind}
    asked = {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Kind"}}}}
    operation = {"x-kubernetes-group-version-kind": about, "requestBody": asked}
    path = f"/apis/own.example/{version}/namespaces/{{namespace}}/{kind.lower()}s"
    body = {
        "openapi": "3.0.0",
        "components": {"schemas": {"Kind": {"type": "object", "description": "Long."}}},
        "paths": {path: {"get": operation, "post": operation}},
    }
    return Resource.build(Key(PUBLISHED, "", f"own.example.{version}"), "3.0.0", body=body)


async def test_what_is_published_is_taken_as_a_definition(definitions: Definitions) -> None:
    """Of all versions one, under a name of its own, with the mark that makes it give way."""
    await definitions.receive(
        whole(read("openapi/own.example", published("v1"), published("v1beta1")))
    )

    (text,) = definitions.texts()

    assert text.locator == "crds: openapi/own.example/things"
    made = json.loads(text.text)
    assert made["metadata"]["labels"] == {schema.PUBLISHED: "true"}
    assert [each["name"] for each in made["spec"]["versions"]] == ["v1"]
    assert "Long." not in text.text
    later = Definitions(MemorySettings(name="crds", type="memory"), definitions.holding())
    assert tuple(later.texts()) == (text,)


async def test_a_damaged_document_keeps_what_was_known(definitions: Definitions) -> None:
    place = "openapi/own.example"
    await definitions.receive(whole(read(place, published("v1"))))
    before = tuple(definitions.texts())
    damaged = Resource.build(Key(PUBLISHED, "", "own.v1"), "3.0.0", body={"paths": [1]})

    assert not await definitions.receive(Batch("crds", (read(place, damaged),)))

    (found,) = definitions.broken()
    assert (found.code, found.locator) == ("GAL0311", place)
    assert tuple(definitions.texts()) == before


async def test_what_is_published_alone_does_not_make_a_source_known(
    definitions: Definitions,
) -> None:
    """Its definitions, which may not be read, are what counts."""
    refused = Broken(f"{DEFINITION}/", (FILE_UNREADABLE.report(problem="forbidden"),))

    await definitions.receive(whole(refused, read("openapi/own.example", published("v1"))))

    assert not definitions.known
    assert len(tuple(definitions.texts())) == 1
