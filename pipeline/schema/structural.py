"""A CRD's structural schema as JSON Schema.

What differs between the two languages is translated: `nullable`, int-or-string, boolean exclusive
bounds, number formats as ranges, unknown fields (refused, as the API server's strict validation
does, unless the schema preserves them), embedded resources, defaults (a field that has one may be
missing or null). Formats whose meaning differs between Go and JSON Schema are left out rather than
refuse what a cluster accepts; so are the keys of list maps.
"""

from collections.abc import Mapping
from typing import Any

_COPIED = (
    "pattern",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "multipleOf",
    "required",
)
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_FORMATS = {"date", "date-time", "ipv4", "ipv6", "uuid"}
_COMBINED = ("allOf", "anyOf", "oneOf")
_EMBEDDED: dict[str, dict[str, Any]] = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"type": "object"},
}
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_OUTSIDE_BODY = {"apiVersion", "kind", "metadata", "status"}


def body_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a resource's body: all but apiVersion, kind, metadata and status."""
    body = dict(schema)
    properties = body.get("properties") or {}
    body["properties"] = {n: s for n, s in properties.items() if n not in _OUTSIDE_BODY}
    body["required"] = [n for n in body.get("required") or () if n not in _OUTSIDE_BODY]
    return convert(body)


def convert(schema: Mapping[str, Any]) -> dict[str, Any]:
    """One node of a structural schema, with everything below it."""
    result = _values(schema)
    _type(schema, result)
    _fields(schema, result)
    if "items" in schema:
        result["items"] = convert(schema["items"])
    if schema.get("x-kubernetes-list-type") == "set":
        result["uniqueItems"] = True
    if schema.get("nullable") or "default" in schema:
        _allow_null(result)
    return result


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that may stand anywhere, also below allOf, anyOf, oneOf and not."""
    result = {name: schema[name] for name in _COPIED if schema.get(name) not in (None, [], False)}
    if "enum" in schema:
        result["enum"] = list(schema["enum"])
    if schema.get("format") in _FORMATS:
        result["format"] = schema["format"]
    _bounds(schema, result)
    for name in _COMBINED:
        if schema.get(name) and not (name == "anyOf" and schema[name] == _INT_OR_STRING):
            result[name] = [_condition(part) for part in schema[name]]
    if "not" in schema:
        result["not"] = _condition(schema["not"])
    return result


def _condition(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A node below a combining keyword: it judges values and knows nothing of unknown fields."""
    result = _values(schema)
    if "type" in schema:
        result["type"] = schema["type"]
    if "properties" in schema:
        result["properties"] = {n: _condition(s) for n, s in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        result["additionalProperties"] = _condition(schema["additionalProperties"])
    if "items" in schema:
        result["items"] = _condition(schema["items"])
    return result


def _type(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    elif "type" in schema:
        result["type"] = schema["type"]


def _bounds(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if name in schema:
            result[exclusive if schema.get(exclusive) else name] = schema[name]
    if schema.get("type") == "integer" and schema.get("format") in _RANGES:
        least, most = _RANGES[schema["format"]]
        result["minimum"] = max(least, result.get("minimum", least))
        result["maximum"] = min(most, result.get("maximum", most))


def _fields(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    properties = schema.get("properties") or {}
    fields = {name: convert(part) for name, part in properties.items()}
    if "required" in result:
        result["required"] = [
            n for n in result["required"] if "default" not in properties.get(n, {})
        ]
    if schema.get("x-kubernetes-embedded-resource"):
        fields = {**_EMBEDDED, **{n: s for n, s in fields.items() if n not in _EMBEDDED}}
        result["required"] = sorted({"apiVersion", "kind", *result.get("required", ())})
    if fields:
        result["properties"] = fields
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        result["additionalProperties"] = convert(others)
    elif others is False or (others is None and _closed(schema)):
        # with `properties`, even empty, the library says which fields are too many
        result["properties"] = fields
        result["additionalProperties"] = False


def _closed(schema: Mapping[str, Any]) -> bool:
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return False
    return schema.get("type") == "object" or "properties" in schema


def _allow_null(result: dict[str, Any]) -> None:
    """Let null through: the API server judges it by type and enum alone."""
    if "type" in result:
        kinds = result["type"]
        result["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
    if "enum" in result and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    combined = {name: result.pop(name) for name in (*_COMBINED, "not") if name in result}
    if combined:
        result["if"], result["then"] = {"not": {"type": "null"}}, combined
