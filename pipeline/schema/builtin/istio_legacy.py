"""The kinds of Istio 1.1 to 1.5 that are gone: Mixer's, authentication and RBAC.

Mixer's kinds are written in lower case. Before Istio 1.5 each of its compiled-in adapters and
templates is a kind besides.
"""

from pipeline.model import Kind
from pipeline.schema.builtin.group import Group

_AUTHENTICATION = Group("authentication.istio.io", "v1alpha1", "istio/authentication")
_RBAC = Group("rbac.istio.io", "v1alpha1", "istio/rbac")
_CONFIG = Group("config.istio.io", "v1alpha2")

_ADAPTERS = {
    "bypass": "bypasses",
    "circonus": "circonuses",
    "cloudwatch": "cloudwatches",
    "denier": "deniers",
    "dogstatsd": "dogstatsds",
    "fluentd": "fluentds",
    "kubernetesenv": "kubernetesenvs",
    "listchecker": "listcheckers",
    "memquota": "memquotas",
    "noop": "noops",
    "opa": "opas",
    "prometheus": "prometheuses",
    "rbac": "rbacs",
    "redisquota": "redisquotas",
    "signalfx": "signalfxs",
    "solarwinds": "solarwindses",
    "stackdriver": "stackdrivers",
    "statsd": "statsds",
    "stdio": "stdios",
    "zipkin": "zipkins",
}
_TEMPLATES = {
    "apikey": "apikeys",
    "authorization": "authorizations",
    "checknothing": "checknothings",
    "edge": "edges",
    "kubernetes": "kuberneteses",
    "listentry": "listentries",
    "logentry": "logentries",
    "metric": "metrics",
    "quota": "quotas",
    "reportnothing": "reportnothings",
    "tracespan": "tracespans",
}


def _config(kind: str, plural: str, served_as: str = "istio/config/v1alpha2") -> Kind:
    return _CONFIG.kind(kind, plural, f"{served_as}/{plural}")


def _policy(kind: str, plural: str) -> Kind:
    return _config(kind, plural, "istio/policy/v1beta1")


def _client(kind: str, plural: str) -> Kind:
    return _config(kind, plural, "istio/mixer/v1/config/client")


def _compiled_in(kinds: dict[str, str]) -> tuple[Kind, ...]:
    legacy = "istio/config/v1alpha2/legacy"
    return tuple(_config(kind, plural, legacy) for kind, plural in kinds.items())


ADAPTERS = _compiled_in(_ADAPTERS)
"""Kinds of which each resource is a handler."""
TEMPLATES = _compiled_in(_TEMPLATES)
"""Kinds of which each resource is an instance."""

ISTIO_LEGACY = (
    _AUTHENTICATION.cluster("MeshPolicy", "meshpolicies"),
    _AUTHENTICATION.kind("Policy", "policies"),
    _config("adapter", "adapters"),
    _policy("attributemanifest", "attributemanifests"),
    _policy("handler", "handlers"),
    _config("HTTPAPISpec", "httpapispecs"),
    _config("HTTPAPISpecBinding", "httpapispecbindings"),
    _policy("instance", "instances"),
    _client("QuotaSpec", "quotaspecs"),
    _client("QuotaSpecBinding", "quotaspecbindings"),
    _policy("rule", "rules"),
    _config("template", "templates"),
    *ADAPTERS,
    *TEMPLATES,
    _RBAC.cluster("ClusterRbacConfig", "clusterrbacconfigs"),
    _RBAC.kind("RbacConfig", "rbacconfigs"),
    _RBAC.kind("ServiceRole", "serviceroles"),
    _RBAC.kind("ServiceRoleBinding", "servicerolebindings", "k8s/rbac.istio.io/v1alpha1/policy"),
)
"""By group."""
