"""A resource as the manifest that people write, and back.

Transforms patch manifests, policies judge them, JSON Schema files describe them.
"""

from typing import Any

from pipeline.model import Document, Resource


def manifest(resource: Resource, document: Document) -> dict[str, Any]:
    """`{apiVersion, kind, metadata: {name, namespace, labels, annotations}, ...body}`.

    The parts are shared with the document: read-only. A cluster-scoped resource has no namespace;
    labels and annotations are always there, empty where there are none.
    """
    key = resource.key
    metadata: dict[str, Any] = {"name": key.name}
    if key.namespace:
        metadata["namespace"] = key.namespace
    metadata["labels"] = document.labels
    metadata["annotations"] = document.annotations
    kind = key.collection.rpartition("/")[2]
    head = {"apiVersion": resource.api_version, "kind": kind, "metadata": metadata}
    return {**document.body, **head}
