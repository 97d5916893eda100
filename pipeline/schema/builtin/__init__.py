"""Kinds that Galley knows without a schema, one entry each: names, scope, versions, conversions.

A CRD or JSON Schema file of the same kind takes the entry's place; what only the entry says stays.
`group` says how entries are written. The tables are one for each family: `kubernetes` (whose older
versions are in `kubernetes_versions`), `gateway_api`, `istio` and `istio_legacy`, `linkerd`,
`envoy`. A name such as `HTTPRoute` that several kinds have means the one that comes last here.
"""

from pipeline.model import Kind
from pipeline.schema.builtin.envoy import ENVOY
from pipeline.schema.builtin.gateway_api import GATEWAY_API
from pipeline.schema.builtin.istio import ISTIO
from pipeline.schema.builtin.istio_legacy import ISTIO_LEGACY
from pipeline.schema.builtin.kubernetes import KUBERNETES
from pipeline.schema.builtin.linkerd import LINKERD

FAMILIES: dict[str, tuple[Kind, ...]] = {
    "Envoy": ENVOY,
    "Linkerd": LINKERD,
    "Istio 1.1 to 1.5": ISTIO_LEGACY,
    "Kubernetes": KUBERNETES,
    "Gateway API": GATEWAY_API,
    "Istio": ISTIO,
}
"""The kinds by family; whose short names are meant comes last."""

BUILTIN_KINDS: tuple[Kind, ...] = tuple(kind for kinds in FAMILIES.values() for kind in kinds)
"""Every built-in kind."""

__all__ = ["BUILTIN_KINDS", "FAMILIES"]
