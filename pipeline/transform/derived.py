"""From a manifest that was made for a resource to a resource of its own."""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.model import Key, Kinds, Resource, UnencodableError
from pipeline.model.kind import collection_of, split_api_version

_HEAD = frozenset(("apiVersion", "kind", "metadata", "status"))
_METADATA = frozenset(("name", "namespace", "labels", "annotations"))
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_NAMESPACE = re.compile(_LABEL)


def derived(held: Mapping[str, Any], parent: Key, kinds: Kinds | None) -> Resource:
    """The resource that a manifest is; without a namespace it lives in its parent's.

    apiVersion and kind are texts.

    Raises:
        ValueError: it is none; the text says why, without a full stop.
    """
    metadata = held.get("metadata")
    if not isinstance(metadata, Mapping):
        raise ValueError("metadata is not a mapping")  # noqa: TRY004  # a mistake of the manifest
    if foreign := sorted(map(str, metadata.keys() - _METADATA)):
        raise ValueError(f"metadata.{foreign[0]} cannot be given")
    key, api_version = _key(held, metadata, parent, kinds)
    body = {name: value for name, value in held.items() if name not in _HEAD}
    try:
        return Resource.build(
            key,
            api_version,
            labels=_texts(metadata, "labels"),
            annotations=_texts(metadata, "annotations"),
            body=body,
        )
    except UnencodableError as error:
        raise ValueError(str(error)) from error


def _key(
    held: Mapping[str, Any], metadata: Mapping[str, Any], parent: Key, kinds: Kinds | None
) -> tuple[Key, str]:
    api_version: str = held["apiVersion"]
    group, version = split_api_version(api_version)
    collection = collection_of(group, held["kind"])
    known = kinds.get(collection) if kinds else None
    name = _name(metadata.get("name"), "metadata.name", _NAME, 253)
    if known and not known.namespaced:
        namespace = ""
    else:
        given = metadata.get("namespace", parent.namespace)
        namespace = _name(given, "metadata.namespace", _NAMESPACE, 63)
    if known and version in known.served:
        api_version = known.api_version
    return Key(collection, namespace, name), api_version


def _name(value: Any, field: str, rule: re.Pattern[str], most: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is {value!r}, and must be a text")  # noqa: TRY004  # as above
    if not (rule.fullmatch(value) and len(value) <= most):
        what = f"a name of at most {most} small letters, digits and dashes"
        raise ValueError(f"{field} is {value!r}, and must be {what}")
    return value


def _texts(metadata: Mapping[str, Any], name: str) -> Mapping[str, str]:
    held = metadata.get(name, {})
    if not isinstance(held, Mapping):
        raise ValueError(f"metadata.{name} is not a mapping")  # noqa: TRY004  # as above
    for label, value in held.items():
        if not isinstance(value, str):
            raise ValueError(f"the value of {label!r} in metadata.{name} is not text")  # noqa: TRY004
    return held
