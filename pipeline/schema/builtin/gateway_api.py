"""The kinds of the Gateway API 1.7, in all versions in which its releases have served them.

They differ in what they let through, not in their fields. BackendLBPolicy became XBackend- and
XBackendTrafficPolicy; it stays so that nobody takes it for a misspelling.
"""

from pipeline.model.conversion import Conversion, move
from pipeline.schema.builtin.group import Group

_GATEWAY = Group("gateway.networking.k8s.io", "v1 v1beta1 v1alpha2")
_EXPERIMENTAL = Group("gateway.networking.x-k8s.io", "v1alpha1")

_BACKEND_TLS = (
    Conversion(
        "gateway.networking.k8s.io/v1alpha2",
        (
            move("spec", "targetRef", "targetRefs.0"),
            move("spec", "tls", "validation"),
            move("spec.validation", "caCertRefs", "caCertificateRefs"),
            move("spec.validation", "wellKnownCACerts", "wellKnownCACertificates"),
        ),
    ),
)

GATEWAY_API = (
    _GATEWAY.kind("BackendLBPolicy", "backendlbpolicies", "blbpolicy", versions="v1alpha2"),
    _GATEWAY.kind(
        "BackendTLSPolicy",
        "backendtlspolicies",
        "btlspolicy",
        versions="v1 v1alpha3 v1alpha2",
        conversions=_BACKEND_TLS,
    ),
    _GATEWAY.kind("Gateway", "gateways", "gtw"),
    _GATEWAY.cluster("GatewayClass", "gatewayclasses", "gc"),
    _GATEWAY.kind("GRPCRoute", "grpcroutes", versions="v1 v1alpha2"),
    _GATEWAY.kind("HTTPRoute", "httproutes"),
    _GATEWAY.kind("ListenerSet", "listenersets", "lset", versions="v1"),
    _GATEWAY.kind("ReferenceGrant", "referencegrants", "refgrant", versions="v1beta1 v1 v1alpha2"),
    _GATEWAY.kind("TCPRoute", "tcproutes", versions="v1 v1alpha2"),
    _GATEWAY.kind("TLSRoute", "tlsroutes", versions="v1 v1alpha3 v1alpha2"),
    _GATEWAY.kind("UDPRoute", "udproutes", versions="v1 v1alpha2"),
    _EXPERIMENTAL.kind("XBackend", "xbackends", "xbackend"),
    _EXPERIMENTAL.kind("XBackendTrafficPolicy", "xbackendtrafficpolicies", "xbtrafficpolicy"),
    _EXPERIMENTAL.kind("XListenerSet", "xlistenersets"),
    _EXPERIMENTAL.cluster("XMesh", "xmeshes", "mesh"),
    _EXPERIMENTAL.kind("XTelemetryPolicy", "xtelemetrypolicies", "xtelemetrypolicy"),
)
"""By group."""
