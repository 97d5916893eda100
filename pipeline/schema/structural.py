"""A CRD's structural schema as JSON Schema, over bodies whose defaults are filled in (`normal`).

What differs between the two languages is translated: `nullable`, int-or-string, boolean exclusive
bounds, number formats as ranges, text formats and patterns as Go reads them, embedded resources,
unknown fields (refused). What JSON Schema cannot say is judged elsewhere: `lists`, `rules`.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.schema import formats, keywords
from pipeline.schema.embedded import completed
from pipeline.schema.vocabulary import INT_OR_STRING, PRESERVE

_COPIED = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
)
_LARGEST_FLOAT = 3.4028234663852886e38
_RANGES: dict[tuple[str, str], tuple[float, float]] = {
    ("integer", "int32"): (-(2**31), 2**31 - 1),
    ("integer", ""): (-(2**63), 2**63 - 1),
    ("number", "float"): (-_LARGEST_FLOAT, _LARGEST_FLOAT),
}
_COMBINED = ("allOf", "anyOf", "oneOf")
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
OUTSIDE_BODY = frozenset(("apiVersion", "kind", "metadata", "status"))
"""Top-level fields that a resource's body does not have."""


def body_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The structural schema of a resource's body: all but apiVersion, kind, metadata and status,
    with what embedded resources have by themselves; `metadata` where there are rules for the name,
    and a `status` in which anything may be.
    """
    body = completed(schema)
    properties = body.get("properties") or {}
    body["properties"] = {n: s for n, s in properties.items() if n not in OUTSIDE_BODY}
    if (properties.get("metadata") or {}).get("properties"):
        body["properties"]["metadata"] = {**properties["metadata"], PRESERVE: True}
    if "status" in properties:  # of which a source may keep parts, to look at
        body["properties"]["status"] = {PRESERVE: True}
    body["required"] = [n for n in body.get("required") or () if n not in OUTSIDE_BODY]
    return body


def convert(schema: Mapping[str, Any]) -> dict[str, Any]:
    """One node of a structural schema, with everything below it."""
    result = _values(schema)
    _type(schema, result)
    _fields(schema, result)
    if "items" in schema:
        result["items"] = convert(schema["items"])
    if schema.get("nullable"):
        _allow_null(result)
    return result


def _values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that may stand anywhere, also below allOf, anyOf, oneOf and not."""
    result = {name: schema[name] for name in _COPIED if schema.get(name) not in (None, [])}
    if schema.get("enum"):
        result["enum"] = [value for value in schema["enum"] if value is not None]
    if schema.get("pattern"):
        result[keywords.for_pattern(schema["pattern"])] = schema["pattern"]
    if schema.get("multipleOf"):
        result[keywords.for_multiple_of(schema["multipleOf"])] = schema["multipleOf"]
    name = formats.checked(schema)
    if name:
        result["format"] = formats.PREFIX + name
    _bounds(schema, result)
    for combined in _COMBINED:
        if schema.get(combined) and not (
            combined == "anyOf" and schema[combined] == _INT_OR_STRING
        ):
            result[combined] = [_condition(part) for part in schema[combined]]
    if "not" in schema:
        result["not"] = _condition(schema["not"])
    return result


def _condition(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A node below a combining keyword: it judges values and knows nothing of unknown fields."""
    result = _values(schema)
    _type(schema, result)
    if "properties" in schema:
        result["properties"] = {n: _condition(s) for n, s in schema["properties"].items()}
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        result["additionalProperties"] = _condition(others)
    elif others is False:
        result["additionalProperties"] = False
    if "items" in schema:
        result["items"] = _condition(schema["items"])
    if schema.get("nullable"):
        _allow_null(result)
    return result


def _type(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    if schema.get(INT_OR_STRING):
        result["type"] = ["integer", "string"]
    elif schema.get("type") == "string" and "format" in result:
        result["type"] = ["string", "array"]  # the API server looks at the format only
    elif schema.get("type"):
        result["type"] = schema["type"]


def _bounds(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if name in schema:
            result[exclusive if schema.get(exclusive) else name] = schema[name]
    kind = str(schema.get("type"))
    bounds = _RANGES.get((kind, str(schema.get("format")))) or _RANGES.get((kind, ""))
    if bounds:
        result["minimum"] = max(bounds[0], result.get("minimum", bounds[0]))
        result["maximum"] = min(bounds[1], result.get("maximum", bounds[1]))


def _fields(schema: Mapping[str, Any], result: dict[str, Any]) -> None:
    fields = {name: convert(part) for name, part in (schema.get("properties") or {}).items()}
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
    if schema.get(PRESERVE):
        return False
    return schema.get("type") == "object" or "properties" in schema


def _allow_null(result: dict[str, Any]) -> None:
    """Let null through: the API server judges it by type and enum alone, and no enum has it."""
    if "type" in result:
        kinds = result["type"]
        result["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
    combined = {name: result.pop(name) for name in (*_COMBINED, "not") if name in result}
    if combined:
        result["if"], result["then"] = {"not": {"type": "null"}}, combined
