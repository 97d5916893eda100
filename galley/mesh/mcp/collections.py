"""The names under which the original served its collections."""

from galley.mesh.served import NOTHING
from pipeline.encoding import MESH_WIRES
from pipeline.schema.builtin import BUILTIN_KINDS

SYNTHETIC = "networking.istio.io/SyntheticServiceEntry"
"""What is observed, and lives in the companion line."""
TRIGGER = "$triggerCollection"
"""What a sink that was called refuses at first; not a collection."""

_KUBERNETES = (
    "core/v1/configmaps core/v1/endpoints core/v1/namespaces core/v1/nodes core/v1/pods "
    "core/v1/secrets core/v1/services apps/v1/deployments extensions/v1beta1/ingresses "
    "apiextensions.k8s.io/v1beta1/customresourcedefinitions"
)
"""What it took in of Kubernetes' own kinds, and kept out of what it served by default."""
_COLLECTIONS = {
    **{f"k8s/{name}": NOTHING for name in _KUBERNETES.split()},
    **{
        alias: kind.collection
        for kind in BUILTIN_KINDS
        for alias in kind.aliases
        if alias.startswith("istio/")
    },
}


def collection_of(name: str) -> str | None:
    """The collection that a sink calls so; `NOTHING` for those of Kubernetes' own kinds, which the
    original excluded as well; None if it never had that name."""
    collection = _COLLECTIONS.get(name)
    if collection is None or MESH_WIRES["mcp"].carries(collection):
        return collection
    return NOTHING
