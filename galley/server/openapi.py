"""The OpenAPI document, made of the routes and their models, so that it cannot lag behind them."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from galley import __version__
from galley.protocol.results import ProblemResult, ValidationResult
from galley.server.api import ROUTES, Route
from galley.server.api.routing import PREFIX
from galley.server.middleware import PROBLEM_TYPE

REF = "#/components/schemas/{model}"
BESIDES = (ProblemResult, ValidationResult)
"""Models that no route answers with: of errors, and of what the command line finds by itself."""
PROBLEM = {PROBLEM_TYPE: {"schema": {"$ref": REF.format(model=ProblemResult.__name__)}}}


def document() -> dict[str, Any]:
    """The whole document, as JSON-able maps."""
    schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = PREFIX + route.path
        paths.setdefault(path, {})[route.verb.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Galley", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas() -> dict[str, Any]:
    models: dict[str, type[BaseModel]] = {each.__name__: each for each in BESIDES}
    for route in ROUTES:
        models |= {model.__name__: model for model in (route.result, route.takes)}
    _, definitions = models_json_schema(
        [(model, "validation") for model in models.values()], ref_template=REF
    )
    return dict(definitions["$defs"])


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    reference = {"$ref": REF.format(model=route.result.__name__)}
    answer = {"type": "array", "items": reference} if route.several else reference
    operation: dict[str, Any] = {
        "operationId": f"{route.handle.__module__.rpartition('.')[2]}_{route.handle.__name__}",
        "summary": route.summary,
        "description": _description(route),
        "parameters": _path_parameters(route.path),
        "responses": {
            "202" if route.is_open else "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": answer}},
            },
            "default": {"description": "A problem document.", "content": PROBLEM},
        },
    }
    if route.is_open:
        operation["security"] = []
        operation["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    elif route.verb in {"GET", "DELETE"}:
        operation["parameters"] += _query_parameters(schemas[route.takes.__name__])
    else:
        body = {"schema": {"$ref": REF.format(model=route.takes.__name__)}}
        operation["requestBody"] = {"content": {"application/json": body}}
    return operation


def _description(route: Route) -> str:
    if route.is_open:
        return "Needs no token: the signature is the credential."
    return f"Needs the role `{route.role}`." if route.role else "Needs any token."


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.get("description", ""),
            "schema": {key: value for key, value in field.items() if key != "description"},
        }
        for name, field in schema.get("properties", {}).items()
    ]
