"""A JSON Schema file as kind and schema.

The schema describes whole manifests. Which kind's, it says in the first of these ways that it has:

1. `x-kubernetes-group-version-kind`, a mapping or a list of one;
2. properties `apiVersion` and `kind` with a `const` (or an `enum` of one value);
3. a `title` (or the end of its `$id`) of the form `networking.istio.io/v1/VirtualService`,
   `v1/Service` for the core group.

Such a schema says nothing of scope or plural; those come from the built-in entry, if there is one,
and otherwise the kind counts as namespaced.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.model import Kind
from pipeline.model.kind import split_api_version
from pipeline.schema.description import Description
from pipeline.schema.text import SchemaDocument, not_a_schema
from pipeline.schema.vocabulary import KIND

_MARKS = ("$schema", "$id", "properties", "type", "allOf", "anyOf", "oneOf", "$ref", "$defs")
_STATUS = "status"
"""A field of which a decoded resource has nothing, or only the parts that a source is told to keep,
so that no schema can require or judge it."""


def describe(source: SchemaDocument) -> Description:
    """Kind and manifest schema of a JSON Schema document.

    Raises:
        SchemaError: it is no JSON Schema, or does not say which kind it describes.
    """
    content = source.content
    if not any(mark in content for mark in _MARKS) or "kind" in content:
        what = f"it is a {content['kind']!r}" if "kind" in content else "nothing of it is a schema"
        raise not_a_schema(source.locator, source.number, what)
    found = _tagged(content) or _constant(content) or _titled(content)
    if found is None:
        problem = "the JSON Schema does not say which kind it describes"
        raise not_a_schema(source.locator, source.number, problem)
    group, version, kind = found
    return Description(
        kind=Kind(group=group, kind=kind, version=version),
        locator=source.locator,
        number=source.number,
        schema=_without_status(content),
        structural=False,
        document=content,
    )


def _tagged(content: Mapping[str, Any]) -> tuple[str, str, str] | None:
    tag = content.get(KIND)
    if isinstance(tag, list) and len(tag) == 1:
        tag = tag[0]
    if not isinstance(tag, dict) or not (tag.get("version") and tag.get("kind")):
        return None
    return str(tag.get("group") or ""), str(tag["version"]), str(tag["kind"])


def _constant(content: Mapping[str, Any]) -> tuple[str, str, str] | None:
    api_version, kind = _only(content, "apiVersion"), _only(content, "kind")
    if not (api_version and kind):
        return None
    return (*split_api_version(api_version), kind)


def _only(content: Mapping[str, Any], name: str) -> str | None:
    properties = content.get("properties")
    field = properties.get(name) if isinstance(properties, dict) else None
    if not isinstance(field, dict):
        return None
    values = [field["const"]] if "const" in field else field.get("enum") or []
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _titled(content: Mapping[str, Any]) -> tuple[str, str, str] | None:
    for text in (content.get("title"), content.get("$id")):
        parts = str(text or "").removesuffix(".json").split("/")[-3:]
        if len(parts) >= 2 and all(parts) and parts[-1][0].isupper() and parts[-2][0] == "v":
            return parts[0] if len(parts) == 3 else "", parts[-2], parts[-1]
    return None


def _without_status(content: Mapping[str, Any]) -> dict[str, Any]:
    schema = dict(content)
    if isinstance(schema.get("required"), list):
        schema["required"] = [name for name in schema["required"] if name != _STATUS]
    if isinstance(schema.get("properties"), dict) and _STATUS in schema["properties"]:
        schema["properties"] = {**schema["properties"], _STATUS: {}}
    return schema
