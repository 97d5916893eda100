"""From a transformed manifest back to a resource, with what a transform must not do refused."""

from collections.abc import Mapping
from typing import Any

from pipeline.model import Document, Key, Resource, UnencodableError
from pipeline.model.messages import transform as messages
from pipeline.transform.errors import TransformRefusedError

_HEAD = ("apiVersion", "kind", "metadata")
METADATA = frozenset(("name", "namespace", "labels", "annotations"))
"""What there can be of it in a manifest of a transform."""


def relabelled(
    transform: str, resource: Resource, document: Document, *, key: Key | None = None
) -> Resource:
    """The resource with this document's labels and annotations, its body untouched; itself if
    nothing is different.

    Raises:
        TransformRefusedError: a label or annotation has no canonical form.
    """
    try:
        built = resource.with_metadata(
            key=key, labels=document.labels, annotations=document.annotations
        )
    except UnencodableError as error:
        raise _broken(transform, resource, str(error)) from error
    return resource if built == resource else built


def from_manifest(transform: str, resource: Resource, result: Any) -> Resource:
    """The resource that a patched manifest is.

    Raises:
        TransformRefusedError: the patch changed which resource it is, or left none.
    """
    if not isinstance(result, Mapping):
        raise _broken(transform, resource, "the manifest is no longer a mapping")
    metadata = result.get("metadata")
    if not isinstance(metadata, Mapping):
        raise _broken(transform, resource, "metadata is no longer a mapping")
    _same_identity(transform, resource, result, metadata)
    try:
        labels, annotations = texts(metadata, "labels"), texts(metadata, "annotations")
    except ValueError as error:
        raise _broken(transform, resource, str(error)) from error
    body = {name: value for name, value in result.items() if name not in _HEAD}
    document = Document(labels, annotations, body)
    return rebuilt(transform, resource, document)


def rebuilt(transform: str, resource: Resource, document: Document) -> Resource:
    """The resource with all of this document; itself if nothing is different.

    Raises:
        TransformRefusedError: a value has no canonical form.
    """
    try:
        built = Resource.build(
            resource.key,
            resource.api_version,
            labels=document.labels,
            annotations=document.annotations,
            body=document.body,
        )
    except UnencodableError as error:
        raise _broken(transform, resource, str(error)) from error
    return resource if built == resource else built


def texts(metadata: Mapping[str, Any], name: str) -> Mapping[str, str]:
    """The labels or annotations of a manifest; none where they are left out.

    Raises:
        ValueError: they are none; the text says why, without a full stop.
    """
    held = metadata.get(name)
    if held is None:
        return {}
    if not isinstance(held, Mapping):
        raise ValueError(f"metadata.{name} is not a mapping")  # noqa: TRY004  # of the manifest
    for label, value in held.items():
        if not isinstance(value, str):
            raise ValueError(f"the value of {label!r} in metadata.{name} is not text")  # noqa: TRY004  # as above
    return held


def _same_identity(
    transform: str, resource: Resource, result: Mapping[str, Any], metadata: Mapping[str, Any]
) -> None:
    key = resource.key
    expected = {
        "apiVersion": (result.get("apiVersion"), resource.api_version),
        "kind": (result.get("kind"), key.collection.rpartition("/")[2]),
        "metadata.name": (metadata.get("name"), key.name),
        "metadata.namespace": (metadata.get("namespace", ""), key.namespace),
    }
    changed = [field for field, (is_now, was) in expected.items() if is_now != was]
    changed += [f"metadata.{name}" for name in metadata if name not in METADATA]
    changed += ["status"] if "status" in result else []
    if changed:
        report = messages.IDENTITY_CHANGED.report(
            key=key, transform=transform, field=", ".join(changed)
        )
        raise TransformRefusedError(report)


def _broken(transform: str, resource: Resource, problem: str) -> TransformRefusedError:
    report = messages.BROKEN_RESULT.report(key=resource.key, transform=transform, problem=problem)
    return TransformRefusedError(report)
