"""Manifests as people see them, with what a kind declares sensitive taken out."""

from typing import Any

from pipeline.model import Kinds, Path, Resource

REDACTED = "(redacted)"
ANY = "*"
"""A step in a sensitive path that stands for every key or index."""


def redacted(resource: Resource, kinds: Kinds) -> dict[str, Any]:
    """The resource as a manifest: apiVersion, kind, metadata and body."""
    document = resource.document()
    key = resource.key
    metadata: dict[str, Any] = {"name": key.name}
    if key.namespace:
        metadata["namespace"] = key.namespace
    if document.labels:
        metadata["labels"] = dict(document.labels)
    if document.annotations:
        metadata["annotations"] = dict(document.annotations)
    manifest: dict[str, Any] = {
        "apiVersion": resource.api_version,
        "kind": key.collection.rpartition("/")[2],
        "metadata": metadata,
        **document.body,
    }
    kind = kinds.get(key.collection)
    for path in kind.sensitive if kind else ():
        _redact(manifest, path)
    return manifest


def _redact(value: object, path: Path) -> None:
    step, *rest = path
    if isinstance(value, dict):
        names = list(value) if step == ANY else [step] if step in value else []
        for name in names:
            if rest:
                _redact(value[name], tuple(rest))
            else:
                value[name] = REDACTED
    elif isinstance(value, list) and step == ANY:
        for index, item in enumerate(value):
            if rest:
                _redact(item, tuple(rest))
            else:
                value[index] = REDACTED
