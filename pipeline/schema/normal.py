"""A body as the API server would store it: nulls that mean nothing dropped, defaults filled in.

A null under a field that is not `nullable` counts as if the field were not there; a field that is
not there gets its default, and so does what is below it. The order and the cases are those of
apiextensions-apiserver (pkg/apiserver/schema/defaulting). A body in which nothing changes is
returned as it is; otherwise only what is on the way to a change is copied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.schema.embedded import METADATA
from pipeline.schema.vocabulary import Schema


@dataclass(frozen=True, slots=True)
class Defaults:
    """The nodes of a schema with a default at them or below, and nothing else."""

    own: Mapping[str, Any]
    """By field, its default."""
    nullable: frozenset[str]
    """Fields of `own` in which a null is a value, so that it stays."""
    fields: Mapping[str, "Defaults"]
    known: frozenset[str]
    """The declared fields; the others are `values`."""
    values: "Defaults | None" = None
    items: "Defaults | None" = None
    value: Any = None
    """What a null item or value that may not be null becomes; None: it has no default."""


def without_nulls(value: Any, schema: Schema | None) -> Any:
    """The value without the nulls that count as absent: all that have no default to become."""
    if isinstance(value, dict):
        return _mapping_without_nulls(value, schema)
    if isinstance(value, list):
        items = (schema or {}).get("items")
        made = [without_nulls(item, items) for item in value]
        return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
    return value


def _mapping_without_nulls(value: dict[str, Any], schema: Schema | None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    changed = False
    for name, held in value.items():
        below = field_schema(schema, name)
        if held is None and below is METADATA:
            made[name], changed = {}, True
            continue
        if held is None and below is not None and not (below.get("nullable") or _has(below)):
            changed = True
            continue
        made[name] = without_nulls(held, below)
        changed = changed or made[name] is not held
    return made if changed else value


def field_schema(schema: Schema | None, name: str) -> Schema | None:
    """What a structural schema says of a field; None where it says nothing."""
    if schema is None:
        return None
    declared = (schema.get("properties") or {}).get(name)
    if declared is not None:
        return declared  # type: ignore[no-any-return]  # schemas are JSON
    others = schema.get("additionalProperties")
    return others if isinstance(others, Mapping) else None


def _has(schema: Schema) -> bool:
    return schema.get("default") is not None


def defaults_of(schema: Schema | None) -> Defaults | None:
    """What there is to fill in below a node; None: nothing."""
    if not schema:
        return None
    properties: Mapping[str, Schema] = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    values = others if isinstance(others, Mapping) else None
    items = schema.get("items")
    each = items if items is not None else values
    found = Defaults(
        own={name: below["default"] for name, below in properties.items() if _has(below)},
        nullable=frozenset(name for name, below in properties.items() if below.get("nullable")),
        fields=dict(_below(properties)),
        known=frozenset(properties),
        values=defaults_of(values),
        items=defaults_of(items),
        value=each.get("default") if each and not each.get("nullable") else None,
    )
    parts = (found.own, found.fields, found.values, found.items, found.value is not None)
    return found if any(parts) else None


def _below(properties: Mapping[str, Schema]) -> Iterator[tuple[str, Defaults]]:
    for name, schema in properties.items():
        found = defaults_of(schema)
        if found is not None:
            yield name, found


def filled(value: Any, defaults: Defaults | None) -> Any:
    """The value with its defaults."""
    if defaults is None:
        return value
    if isinstance(value, dict):
        return _mapping_filled(value, defaults)
    if isinstance(value, list):
        made = [filled(_or_default(item, defaults), defaults.items) for item in value]
        return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
    return value


def _mapping_filled(value: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    made = dict(value)
    for name, default in defaults.own.items():
        if name not in made or (made[name] is None and name not in defaults.nullable):
            made[name] = default
    for name, below in defaults.fields.items():
        if name in made:
            made[name] = filled(made[name], below)
    if defaults.values is not None or defaults.value is not None:
        for name in made.keys() - defaults.known:
            made[name] = filled(_or_default(made[name], defaults), defaults.values)
    same = len(made) == len(value) and all(made[name] is held for name, held in value.items())
    return value if same else made


def _or_default(value: Any, defaults: Defaults) -> Any:
    return defaults.value if value is None else value
