"""Fields that a structural schema does not know: found, and taken out.

Which fields are known follows apiextensions-apiserver (pkg/apiserver/schema/pruning): declared
ones, any below `additionalProperties`, and everything below `x-kubernetes-preserve-unknown-fields`
except that what is declared there is held against its declaration.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model import Path
from pipeline.schema.vocabulary import PRESERVE, Schema


def unknown_fields(value: Any, schema: Schema | None, at: Path = ()) -> Iterator[Path]:
    """The paths of the fields that the schema does not know, in order of appearance."""
    if isinstance(value, dict):
        for name, held in value.items():
            where = (*at, name)
            known, below = _known(name, schema)
            if not known:
                yield where
            elif below is not _ANYTHING:
                yield from unknown_fields(held, below, where)
    elif isinstance(value, list):
        items = _items(schema)
        if items is not _ANYTHING:
            for index, item in enumerate(value):
                yield from unknown_fields(item, items, (*at, index))


def pruned(value: Any, schema: Schema | None) -> Any:
    """The value without those fields; itself where there are none."""
    if isinstance(value, dict):
        made = dict(_pruned_fields(value, schema))
        same = len(made) == len(value) and all(made[name] is held for name, held in value.items())
        return value if same else made
    if isinstance(value, list):
        items = _items(schema)
        if items is _ANYTHING:
            return value
        listed = [pruned(item, items) for item in value]
        return listed if any(a is not b for a, b in zip(listed, value, strict=True)) else value
    return value


def _pruned_fields(value: dict[str, Any], schema: Schema | None) -> Iterator[tuple[str, Any]]:
    for name, held in value.items():
        known, below = _known(name, schema)
        if known:
            yield name, held if below is _ANYTHING else pruned(held, below)


_ANYTHING: Schema = {PRESERVE: True}
"""Below it nothing is declared and everything is kept."""


def _known(name: str, schema: Schema | None) -> tuple[bool, Schema | None]:
    """Whether a field is known, and the schema of what it holds."""
    if schema is None:
        return False, None
    declared = (schema.get("properties") or {}).get(name)
    if declared is not None:
        return True, declared
    others = schema.get("additionalProperties")
    if isinstance(others, Mapping):
        return True, others
    if schema.get(PRESERVE):
        return True, _ANYTHING
    return others is True, None


def _items(schema: Schema | None) -> Schema | None:
    if schema is None:
        return None
    items: Schema | None = schema.get("items")
    if not schema.get(PRESERVE):
        return items
    return {**items, PRESERVE: True} if items else _ANYTHING
