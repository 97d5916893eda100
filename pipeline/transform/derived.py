"""From a manifest that was made for a resource to a resource of its own."""

from collections.abc import Mapping
from typing import Any

from pipeline.model import Key, Kinds, Resource, UnencodableError
from pipeline.model.conversion import as_stored
from pipeline.schema.formats import Check, is_dns_label, is_dns_subdomain
from pipeline.transform.rebuild import METADATA, texts

_HEAD = frozenset(("apiVersion", "kind", "metadata", "status"))


def derived(held: Mapping[str, Any], parent: Key, kinds: Kinds | None) -> Resource:
    """The resource that a manifest is, in the storage version of its kind; without a namespace it
    lives in its parent's.

    apiVersion and kind are texts.

    Raises:
        ValueError: it is none; the text says why, without a full stop.
    """
    metadata = held.get("metadata")
    if not isinstance(metadata, Mapping):
        raise ValueError("metadata is not a mapping")  # noqa: TRY004  # a mistake of the manifest
    if foreign := sorted(map(str, metadata.keys() - METADATA)):
        raise ValueError(f"metadata.{foreign[0]} cannot be given")
    kinds = kinds or Kinds()
    key = _key(held, metadata, parent, kinds)
    api_version: str = held["apiVersion"]
    body = {name: value for name, value in held.items() if name not in _HEAD}
    if known := kinds.stored(api_version, held["kind"]):
        body = as_stored(body, key.name, known.conversion(api_version), known.named_by)
        api_version = known.api_version
    try:
        return Resource.build(
            key,
            api_version,
            labels=texts(metadata, "labels"),
            annotations=texts(metadata, "annotations"),
            body=body,
        )
    except UnencodableError as error:
        raise ValueError(str(error)) from error


def _key(held: Mapping[str, Any], metadata: Mapping[str, Any], parent: Key, kinds: Kinds) -> Key:
    collection = kinds.collection(held["apiVersion"], held["kind"])
    known = kinds.get(collection)
    name = _name(metadata.get("name"), "metadata.name", is_dns_subdomain, 253)
    if known and not known.namespaced:
        namespace = ""
    else:
        given = metadata.get("namespace", parent.namespace)
        namespace = _name(given, "metadata.namespace", is_dns_label, 63)
    return Key(collection, namespace, name)


def _name(value: Any, field: str, fits: Check, most: int) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{field} is {value!r}, and must be a text")  # noqa: TRY004  # as above
    if not fits(value):
        what = f"a name of at most {most} small letters, digits and dashes"
        raise ValueError(f"{field} is {value!r}, and must be {what}")
    return value
