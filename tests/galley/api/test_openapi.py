"""The OpenAPI document is whole, and says what the routes do."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from galley.server import openapi
from galley.server.api import ROUTES
from galley.server.api.routing import PREFIX


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def values(of: Any, name: str) -> Iterator[Any]:
    if isinstance(of, dict):
        for key, value in of.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(of, list):
        for item in of:
            yield from values(item, name)


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = {each for each in values(document, "$ref") if isinstance(each, str)}

    assert references
    assert {each.removeprefix("#/components/schemas/") for each in references} <= set(schemas)


def test_every_route_is_in_it(document: dict[str, Any]) -> None:
    told = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}

    assert told == {(route.verb, PREFIX + route.path) for route in ROUTES}


def test_operations_have_names_of_their_own_and_a_summary(document: dict[str, Any]) -> None:
    operations = [each for verbs in document["paths"].values() for each in verbs.values()]
    names = [each["operationId"] for each in operations]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Z][^\n]*\.", each["summary"]) for each in operations)


def test_path_parameters_are_declared(document: dict[str, Any]) -> None:
    for path, verbs in document["paths"].items():
        named = set(re.findall(r"{(\w+)}", path))
        for operation in verbs.values():
            declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert declared == named


def test_parameters_and_fields_are_explained(document: dict[str, Any]) -> None:
    """A parameter whose name does not say it has a description; `for` is told by its own name."""
    waiting = document["paths"][PREFIX + "/channels/{channel}/wait"]["get"]["parameters"]
    named = {each["name"]: each for each in waiting}

    assert "for" in named
    assert "until" not in named
    assert "acked" in named["for"]["description"]


async def test_it_is_served(service: Any, document: dict[str, Any]) -> None:
    async with service.get("/api/v1/openapi.json") as answer:
        assert await answer.json() == document
