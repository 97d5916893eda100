"""Envoy's resources, as configuration of their own.

Group, version and kind joined by dots are the protobuf message: `envoy.config.cluster/v3` Cluster
is `envoy.config.cluster.v3.Cluster`. Its JSON stands under `spec`, because Cluster and Listener
have a field `metadata` themselves. Envoy asks by the name within, so that and the resource's name
are one: left out it is filled in, another one is refused (GAL0320). There are no namespaces.
Secrets are not among them: what is secret is never published.
"""

from pipeline.model import Kind
from pipeline.schema.builtin.group import Group


def _kind(group: str, kind: str, plural: str, *names: str) -> Kind:
    """An entry; `names` are the fields that hold its name, as Envoy and as JSON spell it."""
    return Group(group, "v3").cluster(
        kind,
        plural,
        f"type.googleapis.com/{group}.v3.{kind}",
        named_by=tuple(("spec", name) for name in names or ("name",)),
    )


ENVOY = (
    _kind("envoy.config.cluster", "Cluster", "clusters"),
    _kind("envoy.config.core", "TypedExtensionConfig", "typedextensionconfigs"),
    _kind(
        "envoy.config.endpoint",
        "ClusterLoadAssignment",
        "clusterloadassignments",
        "cluster_name",
        "clusterName",
    ),
    _kind("envoy.config.listener", "Listener", "listeners"),
    _kind("envoy.config.route", "RouteConfiguration", "routeconfigurations"),
    _kind("envoy.config.route", "ScopedRouteConfiguration", "scopedrouteconfigurations"),
    _kind("envoy.service.runtime", "Runtime", "runtimes"),
)
"""By group: what Envoy fetches over ADS."""
