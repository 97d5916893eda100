"""Resources within resources (`x-kubernetes-embedded-resource`): the fields that all have."""

from collections.abc import Mapping
from typing import Any

from pipeline.schema.vocabulary import EMBEDDED, PRESERVE

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer", "format": "int64"}
_TIME = {"type": "string", "format": "date-time"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_ANYTHING = {"type": "object", PRESERVE: True}
METADATA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("generateName", "namespace", "resourceVersion"), _TEXT),
        **dict.fromkeys(("selfLink", "uid"), _TEXT),
        "name": {"type": "string", "pattern": "^[^/%]*$"},
        "annotations": _TEXTS,
        "creationTimestamp": _TIME,
        "deletionGracePeriodSeconds": _NUMBER,
        "deletionTimestamp": _TIME,
        "finalizers": {"type": "array", "items": _TEXT},
        "generation": _NUMBER,
        "labels": _TEXTS,
        "managedFields": {"type": "array", "items": _ANYTHING},
        "ownerReferences": {"type": "array", "items": _ANYTHING},
    },
}
"""Of an embedded resource; a null there is the same as nothing in it."""
_FIELDS: Mapping[str, Any] = {
    "apiVersion": {"type": "string", "minLength": 1, "pattern": "^[^/]*(/[^/]*)?$"},
    "kind": {
        "type": "string",
        "maxLength": 63,
        "pattern": "^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$",
    },
    "metadata": METADATA,
}


def completed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with the fields of embedded resources written out."""
    made = {name: _completed(name, held) for name, held in schema.items()}
    if made.get(EMBEDDED):
        made["properties"] = {**(made.get("properties") or {}), **_FIELDS}
        made["required"] = sorted({"apiVersion", "kind", *(made.get("required") or ())})
    return made


def _completed(keyword: str, held: Any) -> Any:
    if keyword == "properties" and isinstance(held, Mapping):
        return {name: completed(below) for name, below in held.items()}
    if keyword in ("items", "additionalProperties") and isinstance(held, Mapping):
        return completed(held)
    return held
