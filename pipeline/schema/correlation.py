"""Which part of an older body a part of a newer one corresponds to.

As in the API server (apiserver, pkg/cel/common): fields correspond by name, items of a list of type
`map` by their keys, items of any other list to nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pipeline.model import Path
from pipeline.schema.cel import ABSENT
from pipeline.schema.normal import field_schema
from pipeline.schema.vocabulary import LIST_KEYS, LIST_TYPE, Schema

Identity: TypeAlias = tuple[tuple[str, Any], ...]


def list_keys(schema: Schema | None) -> tuple[str, ...]:
    """The fields that tell items of a list of type `map` apart; none for other lists."""
    if not schema or schema.get(LIST_TYPE) != "map":
        return ()
    return tuple(schema.get(LIST_KEYS) or ())


def identity(item: Any, keys: Sequence[str]) -> Identity | None:
    """What tells an item apart; None where a key is missing or holds more than one value."""
    if not isinstance(item, dict) or not keys or not all(key in item for key in keys):
        return None
    values = [item[key] for key in keys]
    if any(isinstance(value, dict | list) or value is None for value in values):
        return None
    return tuple((type(value).__name__, value) for value in values)


def items_by_identity(items: Any, keys: Sequence[str]) -> Mapping[Identity, Any]:
    """The items of an older list by what tells them apart; of equal ones the first."""
    found: dict[Identity, Any] = {}
    if keys and isinstance(items, list):
        for item in items:
            name = identity(item, keys)
            if name is not None:
                found.setdefault(name, item)
    return found


def field_of(old: Any, name: str) -> Any:
    """What a field corresponds to."""
    return old.get(name, ABSENT) if isinstance(old, dict) else ABSENT


def unchanged(path: Path, old: Any, new: Any, schema: Schema | None) -> bool:
    """Whether what is at the path, or around it, equals what it corresponds to."""
    if _same(old, new, schema):
        return True
    step = _step(path[0], old, new, schema) if path else None
    return step is not None and unchanged(path[1:], *step)


def _step(part: str | int, old: Any, new: Any, schema: Schema | None) -> tuple[Any, ...] | None:
    """Old value, new value and schema one step further; None where nothing corresponds."""
    if isinstance(part, str):
        if not isinstance(new, dict) or part not in new or field_of(old, part) is ABSENT:
            return None
        return old[part], new[part], field_schema(schema, part)
    keys = list_keys(schema)
    if not keys or not isinstance(new, list) or part >= len(new):
        return None
    name = identity(new[part], keys)
    found = items_by_identity(old, keys).get(name, ABSENT) if name else ABSENT
    return None if found is ABSENT else (found, new[part], (schema or {}).get("items"))


def _same(old: Any, new: Any, schema: Schema | None) -> bool:
    """Equal, apart from the order in lists of type `map`."""
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(
            _same(old[name], held, field_schema(schema, name)) for name, held in new.items()
        )
    keys = list_keys(schema)
    if not keys or not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return False
    before, items = items_by_identity(old, keys), (schema or {}).get("items")
    return all(
        (name := identity(item, keys)) is not None
        and name in before
        and _same(before[name], item, items)
        for item in new
    )
