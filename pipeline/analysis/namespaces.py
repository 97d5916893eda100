"""Which namespaces there are, as far as the channel holds any."""

from pipeline.analysis import kinds
from pipeline.model import Key
from pipeline.stage import Reader

SYSTEM = frozenset({"default", "istio-system", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that come with a cluster or a mesh, so that nobody need write them down."""


def is_unknown(reader: Reader, namespace: str) -> bool:
    """Whether nobody holds a namespace while others are held."""
    if namespace in SYSTEM or not reader.holds(kinds.NAMESPACE):
        return False
    return reader.get(Key(kinds.NAMESPACE, "", namespace)) is None
