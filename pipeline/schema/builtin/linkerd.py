"""The kinds of Linkerd 2.19, with the versions that its CRDs serve."""

from pipeline.model.conversion import Conversion, move
from pipeline.schema.builtin.group import Group

_MULTICLUSTER = Group("multicluster.linkerd.io", "v1alpha3 v1alpha2 v1alpha1")
_POLICY = Group("policy.linkerd.io", "v1alpha1")
_PROFILES = Group("linkerd.io", "v1alpha2 v1alpha1")
_WORKLOAD = Group("workload.linkerd.io", "v1beta1 v1alpha1")

LINKERD = (
    _PROFILES.kind("ServiceProfile", "serviceprofiles", "sp"),
    _MULTICLUSTER.kind("Link", "links"),
    _POLICY.kind("AuthorizationPolicy", "authorizationpolicies", "authzpolicy"),
    _POLICY.kind("EgressNetwork", "egressnetworks"),
    _POLICY.kind("HTTPLocalRateLimitPolicy", "httplocalratelimitpolicies"),
    _POLICY.kind("HTTPRoute", "httproutes", versions="v1beta3 v1beta2 v1beta1 v1alpha1"),
    _POLICY.kind("MeshTLSAuthentication", "meshtlsauthentications", "meshtlsauthn"),
    _POLICY.kind("NetworkAuthentication", "networkauthentications", "netauthn", "networkauthn"),
    _POLICY.kind("Server", "servers", "srv", versions="v1beta3 v1beta2 v1beta1 v1alpha1"),
    _POLICY.kind(
        "ServerAuthorization",
        "serverauthorizations",
        "saz",
        "serverauthz",
        "srvauthz",
        versions="v1beta1 v1alpha1",
    ),
    _WORKLOAD.kind(
        "ExternalWorkload",
        "externalworkloads",
        conversions=(
            Conversion("workload.linkerd.io/v1alpha1", (move("spec", "meshTls", "meshTLS"),)),
        ),
    ),
)
"""By group."""
