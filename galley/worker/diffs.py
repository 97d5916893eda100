"""What changed between two contents, resource by resource and field by field."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from galley.worker.redaction import redacted
from pipeline.model import Key, Kinds, Path, Resource

LIMIT = 500
"""Resources whose fields are compared; the counts are always of all."""

FIELDS = 200
"""Field changes shown for one resource."""

_ABSENT = object()


def counts(
    outputs: Mapping[Key, Resource | None], before: Mapping[Key, Resource | None], resources: int
) -> dict[str, int]:
    """The map that `CountsResult` describes."""
    added = sum(1 for key, now in outputs.items() if now and not before.get(key))
    deleted = sum(1 for now in outputs.values() if not now)
    changed = len(outputs) - added - deleted
    return {"added": added, "changed": changed, "deleted": deleted, "resources": resources}


def resource_changes(
    outputs: Mapping[Key, Resource | None],
    before: Mapping[Key, Resource | None],
    kinds: Kinds,
    *,
    limit: int = LIMIT,
) -> list[dict[str, Any]]:
    """The maps that `ResourceChange` describes, in order of the keys."""
    return [_change(key, before.get(key), outputs[key], kinds) for key in sorted(outputs)[:limit]]


def _change(key: Key, old: Resource | None, new: Resource | None, kinds: Kinds) -> dict[str, Any]:
    word = "changed" if old and new else "added" if new else "deleted"
    fields = list(_fields(old, new, kinds))[:FIELDS] if old and new else []
    return {"resource": str(key), "change": word, "fields": fields}


def _fields(old: Resource, new: Resource, kinds: Kinds) -> Iterator[dict[str, Any]]:
    yield from _compare(redacted(old, kinds), redacted(new, kinds), ())


def _compare(old: object, new: object, path: Path) -> Iterator[dict[str, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from _compare(old.get(name, _ABSENT), new.get(name, _ABSENT), (*path, name))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _compare(_at(old, index), _at(new, index), (*path, index))
    elif type(old) is not type(new) or old != new:
        yield _field(old, new, path)


def _at(items: list[Any], index: int) -> object:
    return items[index] if index < len(items) else _ABSENT


def _field(old: object, new: object, path: Iterable[str | int]) -> dict[str, Any]:
    op = "add" if old is _ABSENT else "remove" if new is _ABSENT else "replace"
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return {
        "op": op,
        "field": text.removeprefix("."),
        "old": None if old is _ABSENT else old,
        "new": None if new is _ABSENT else new,
    }
