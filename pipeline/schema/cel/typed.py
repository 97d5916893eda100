"""JSON values as the CEL values that their schema says they are.

As in Kubernetes (apiserver, pkg/cel/common): an integer under `type: number` is a double, text of
some formats is a timestamp, a duration or bytes, lists have types. Where nothing needs to change,
the JSON value itself is the CEL value and no time is spent.
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.lexer import RESERVED
from pipeline.schema.cel.times import schema_date, schema_date_time, schema_span
from pipeline.schema.cel.values import MapList, SetList
from pipeline.schema.vocabulary import EMBEDDED, INT_OR_STRING, LIST_KEYS, LIST_TYPE, Schema

Convert: TypeAlias = Callable[[Any], Any]

_NAME: Schema = {"type": "string"}
_METADATA: Schema = {"type": "object", "properties": {"name": _NAME, "generateName": _NAME}}
_RESOURCE = {"apiVersion": _NAME, "kind": _NAME, "metadata": _METADATA}
_RESERVED = RESERVED | {"true", "false", "null", "in"}
_ESCAPED = {"underscores": "__", "dot": ".", "dash": "-", "slash": "/"}


def as_resource(schema: Schema) -> Schema:
    """The schema of a resource, whose name and kind rules may use, too."""
    return {**schema, "properties": {**(schema.get("properties") or {}), **_RESOURCE}}


def declared(schema: Schema | None) -> Mapping[str, Schema] | None:
    """The fields of an object; None for a map, a list, a scalar or something unknown."""
    if schema is None or schema.get("type") != "object":
        return None
    if schema.get(EMBEDDED):
        schema = as_resource(schema)
    properties: Mapping[str, Schema] | None = schema.get("properties")
    return properties or None


def values_of(schema: Schema | None) -> Schema | None:
    """The schema of a map's values or of a list's items."""
    if schema is None:
        return None
    below = schema.get("items") if schema.get("type") == "array" else None
    below = schema.get("additionalProperties") if below is None else below
    return below if isinstance(below, Mapping) else None


def unescaped(name: str) -> str:
    """The field that an identifier stands for: `__dash__` is a dash, `__in__` the word `in`."""
    if len(name) > 4 and name.startswith("__") and name.endswith("__") and name[2:-2] in _RESERVED:
        return name[2:-2]
    return re.sub("__(underscores|dot|dash|slash)__", lambda found: _ESCAPED[found[1]], name)


def converter(schema: Schema | None) -> Convert | None:
    """What makes a CEL value of a JSON value; None: it is one."""
    if schema is None or schema.get(INT_OR_STRING):
        return None
    convert = _CONVERTERS.get(str(schema.get("type")))
    made = convert(schema) if convert else None
    return _or_null(made) if made and schema.get("nullable") else made


def _or_null(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _double(_: Schema) -> Convert:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise CelError(f"invalid data, expected float, got {type(value).__name__}")
        return float(value)

    return convert


def _text(schema: Schema) -> Convert | None:
    read = _FORMATS.get(str(schema.get("format")))
    if read is None:
        return None
    name = schema["format"]

    def convert(value: Any) -> Any:
        made = read(value) if isinstance(value, str) else None
        if made is None:
            raise CelError(f"invalid {name} {value!r}")
        return made

    return convert


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        return None


def _array(schema: Schema) -> Convert | None:
    item = converter(schema.get("items"))
    kind = schema.get(LIST_TYPE)
    if kind == "set":
        return lambda value: SetList(map(item, value) if item else value)
    if kind == "map":
        keys = tuple(schema.get(LIST_KEYS) or ())
        return lambda value: MapList([item(one) for one in value] if item else value, keys)
    return (lambda value: [item(one) for one in value]) if item else None


def _object(schema: Schema) -> Convert | None:
    fields = declared(schema)
    if fields is None:
        each = converter(values_of(schema))
        return (lambda value: {name: each(held) for name, held in value.items()}) if each else None
    nullable = any(below.get("nullable") for below in fields.values())
    made = {name: each for name, below in fields.items() if (each := converter(below))}
    if not made and not nullable:
        return None

    def convert(value: Any) -> dict[str, Any]:
        """A null in a field counts as if the field were not there."""
        return {
            name: made[name](held) if name in made else held
            for name, held in value.items()
            if held is not None
        }

    return convert


_CONVERTERS: Mapping[str, Callable[[Schema], Convert | None]] = {
    "array": _array,
    "number": _double,
    "object": _object,
    "string": _text,
}
_FORMATS: Mapping[str, Callable[[str], Any]] = {
    "byte": _bytes,
    "date": schema_date,
    "date-time": schema_date_time,
    "duration": schema_span,
}
