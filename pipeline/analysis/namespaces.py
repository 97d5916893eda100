"""Which namespaces there are, as far as the channel holds any."""

from pipeline import kinds
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.model import Key
from pipeline.stage import Reader

SYSTEM = frozenset({"default", "istio-system", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that come with a cluster or a mesh, so that nobody need write them down."""


INDEXES = frozenset({MESH})
"""What is read to tell, beside the namespace."""


def is_unknown(reader: Reader, namespace: str) -> bool:
    """Whether nobody holds a namespace while others are held."""
    if namespace in SYSTEM or not reader.holds(kinds.NAMESPACE):
        return False
    if reader.get(Key(kinds.NAMESPACE, "", namespace)) is not None:
        return False
    return namespace != mesh_of(reader).root
