"""What an API server publishes of its own kinds (`/openapi/v3/...`), as CRDs.

It tells the fields and their types, and that is what is taken from it: what the server's decoder
would refuse. Defaults, required fields, limits and list types are left out, as for its own kinds
they are another thing there than for custom resources: code decides, and that is not published.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.model import Kinds
from pipeline.model.kind import collection_of
from pipeline.schema.text import SchemaDocument, not_a_schema
from pipeline.schema.vocabulary import INT_OR_STRING, KIND, PRESERVE, Schema

_PATH = re.compile(r"/apis?(?:/[^/{}]+)?/[^/{}]+(/namespaces/\{namespace\})?/([a-z][a-z0-9]*)")
_COMPONENT = "#/components/schemas/"
_ANYTHING: Schema = {PRESERVE: True}
_BYTE = {"type": "integer", "minimum": 0, "maximum": 255, "nullable": True}
_BYTES: Schema = {
    **_ANYTHING,
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": _BYTE},
    ],
}
"""Text in base64, or, to Go, a list of numbers."""
_COPIED = ("type", "format")
_FORMATS = ("int32", "int64", "float", "double")
_MOST_NODES = 100_000
"""Of one kind with its references followed; a Pod has 2,000."""
_VERSION = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?")


def is_openapi(content: Mapping[str, Any]) -> bool:
    """Whether the document is one of OpenAPI, version 3."""
    return str(content.get("openapi", "")).startswith("3.") and "components" in content


def as_crds(source: SchemaDocument) -> Iterator[SchemaDocument]:
    """A CRD for each kind that can be listed and created at a path of the document.

    Raises:
        SchemaError: the document is damaged, or a kind too large.
    """
    try:
        yield from _crds(source)
    except (AttributeError, TypeError, KeyError) as error:
        raise not_a_schema(source.locator, source.number, "as OpenAPI it is damaged") from error


def of_group(versions: Iterable[SchemaDocument], known: Kinds) -> tuple[SchemaDocument, ...]:
    """Of the documents of one group, a CRD for each kind that can be listed and created: in the
    version of the `known` kind, or else in the most stable. Observed kinds are left out.

    Raises:
        SchemaError: as `as_crds` does.
    """
    best: dict[str, SchemaDocument] = {}
    for found in sorted((each for one in versions for each in as_crds(one)), key=_stability):
        spec = found.content["spec"]
        kind = known.get(collection_of(spec["group"], spec["names"]["kind"]))
        if kind is not None and (kind.observed or spec["versions"][0]["name"] != kind.version):
            continue
        best[found.content["metadata"]["name"]] = found
    return tuple(best.values())


def _crds(source: SchemaDocument) -> Iterator[SchemaDocument]:
    content = source.content
    schemas = (content.get("components") or {}).get("schemas") or {}
    for path, operations in (content.get("paths") or {}).items():
        place = _PATH.fullmatch(path)
        created = (operations or {}).get("post") or {}
        kind = created.get(KIND)
        name = _created(created)
        if place and "get" in operations and isinstance(kind, dict) and name in schemas:
            node = _Components(schemas, source).node({"$ref": name})
            crd = _crd(kind, place[2], namespaced=bool(place[1]), schema=node)
            yield SchemaDocument(source.locator, source.number, crd)


def _created(operation: Mapping[str, Any]) -> str:
    """The name of what a request to create holds."""
    content = (operation.get("requestBody") or {}).get("content") or {}
    for media in content.values():
        reference = (media.get("schema") or {}).get("$ref", "")
        return str(reference).removeprefix(_COMPONENT)
    return ""


def _crd(
    kind: Mapping[str, Any], plural: str, *, namespaced: bool, schema: Schema
) -> dict[str, Any]:
    version = {
        "name": kind["version"],
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {**schema, "type": "object"}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{kind['group'] or 'core'}"},
        "spec": {
            "group": kind["group"],
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {"kind": kind["kind"], "plural": plural},
            "versions": [version],
        },
    }


class _Components:
    """Schemas by name, their references followed; where one leads in a circle, anything goes."""

    def __init__(self, schemas: Mapping[str, Schema], source: SchemaDocument) -> None:
        self._schemas = schemas
        self._source = source
        self._open: list[str] = []
        self._nodes = 0

    def node(self, schema: Schema) -> Schema:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            problem = f"with its references followed it has more than {_MOST_NODES} nodes"
            raise not_a_schema(self._source.locator, self._source.number, problem)
        name = _referred(schema)
        if name is None:
            return self._plain(schema)
        if name in self._open or name not in self._schemas:
            return _ANYTHING
        self._open.append(name)
        made = self._plain(self._schemas[name])
        self._open.pop()
        return made

    def _plain(self, schema: Schema) -> Schema:
        if schema.get("format") == "int-or-string":
            return {INT_OR_STRING: True}
        if schema.get("format") == "byte":
            return _BYTES
        if "type" not in schema:  # such as a quantity, which is a number or text
            return _ANYTHING
        made: dict[str, Any] = {
            name: schema[name]
            for name in _COPIED
            if name in schema and (name != "format" or schema[name] in _FORMATS)
        }
        if "properties" in schema:
            fields = schema["properties"]
            made["properties"] = {name: self.node(below) for name, below in fields.items()}
        elif isinstance(schema.get("additionalProperties"), Mapping):
            made["additionalProperties"] = self.node(schema["additionalProperties"])
        elif schema["type"] == "object":
            made.update(_ANYTHING)
        if "items" in schema:
            made["items"] = {**self.node(schema["items"]), "nullable": True}  # an empty one, to Go
        return made


def _referred(schema: Schema) -> str | None:
    """The name of the component that a node stands for."""
    parts = schema.get("allOf") or (schema,)
    reference = parts[0].get("$ref") if len(parts) == 1 else None
    return None if reference is None else str(reference).removeprefix(_COMPONENT)


def _stability(found: SchemaDocument) -> tuple[bool, bool, int, int]:
    """What sorts versions as Kubernetes does, the best last: stable, beta, alpha, others."""
    parts = _VERSION.fullmatch(found.content["spec"]["versions"][0]["name"])
    if parts is None:
        return False, False, 0, 0
    major, stage, minor = parts.groups()
    return stage is None, stage != "alpha", int(major), int(minor or 0)
