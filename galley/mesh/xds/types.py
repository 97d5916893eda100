"""What a type URL stands for: a collection on a wire, and its place in the order of responses."""

from functools import lru_cache
from typing import NamedTuple

from galley.mesh.served import NOTHING
from pipeline.encoding import MESH_WIRES

ENVOY = "type.googleapis.com/"
CLUSTER = "envoy.config.cluster/Cluster"
ENDPOINTS = "envoy.config.endpoint/ClusterLoadAssignment"
LISTENER = "envoy.config.listener/Listener"
ROUTES = "envoy.config.route/RouteConfiguration"
SCOPED_ROUTES = "envoy.config.route/ScopedRouteConfiguration"
VIRTUAL_HOST = "envoy.config.route/VirtualHost"
MESH_CONFIG = "mesh.istio.io/MeshConfig"

ORDER = (CLUSTER, ENDPOINTS, LISTENER, ROUTES, SCOPED_ROUTES, VIRTUAL_HOST)
"""Make before break: what is referred to comes before what refers to it."""
REFERRING = (LISTENER, ROUTES, SCOPED_ROUTES, VIRTUAL_HOST)
"""What names clusters."""
_WHOLE = (CLUSTER, LISTENER)


class Type(NamedTuple):
    """One type of resources."""

    url: str
    """As the client asks; answers echo it."""
    wire: str
    collection: str
    rank: int
    """The lower, the earlier."""
    whole: bool
    """Whether a response of the state of the world has to hold all that the client may keep, and
    whether to name nothing means everything."""


@lru_cache(maxsize=1024)
def type_of(url: str) -> Type:
    """The type of that URL: `type.googleapis.com/PACKAGE.vN.MESSAGE`, or `group/version/kind` as
    istiod asks for it, in any version."""
    if url.startswith(ENVOY):
        group, _, kind = url.removeprefix(ENVOY).rpartition(".")
        collection = f"{group.rpartition('.')[0]}/{kind}"
        rank = ORDER.index(collection) if collection in ORDER else len(ORDER)
        carried = _carried("envoy", collection)
        return Type(url, "envoy", carried, rank, whole=collection in _WHOLE)
    group, _, rest = url.partition("/")
    kind = rest.rpartition("/")[2]
    collection = MESH_CONFIG if url == "core/v1alpha1/MeshConfig" else f"{group}/{kind}"
    return Type(url, "istio", _carried("istio", collection), len(ORDER), whole=True)


def _carried(wire: str, collection: str) -> str:
    known = MESH_WIRES.get(wire)
    return collection if known and known.carries(collection) else NOTHING
