"""Which namespaces there are, as far as the channel holds any."""

from pipeline.model import Key
from pipeline.stage import Reader

NAMESPACE = "core/Namespace"

SYSTEM = frozenset({"default", "istio-system", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that come with a cluster or a mesh, so that nobody need write them down."""


def is_unknown(reader: Reader, namespace: str) -> bool:
    """Whether nobody holds a namespace while others are held."""
    if namespace in SYSTEM or not reader.holds(NAMESPACE):
        return False
    return reader.get(Key(NAMESPACE, "", namespace)) is None
