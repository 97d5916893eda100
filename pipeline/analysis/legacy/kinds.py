"""The retired kinds that analyzers know by name, as collections."""

from pipeline import kinds
from pipeline.schema.builtin import istio_legacy

_CONFIG = "config.istio.io"
_RBAC = "rbac.istio.io"

ADAPTER = f"{_CONFIG}/adapter"
API_SPEC = f"{_CONFIG}/HTTPAPISpec"
API_SPEC_BINDING = f"{_CONFIG}/HTTPAPISpecBinding"
CLUSTER_RBAC_CONFIG = f"{_RBAC}/ClusterRbacConfig"
HANDLER = f"{_CONFIG}/handler"
INSTANCE = f"{_CONFIG}/instance"
MESH_POLICY = kinds.MESH_POLICY
POLICY = kinds.AUTHENTICATION_POLICY
QUOTA_SPEC = f"{_CONFIG}/QuotaSpec"
QUOTA_SPEC_BINDING = f"{_CONFIG}/QuotaSpecBinding"
RBAC_CONFIG = f"{_RBAC}/RbacConfig"
RULE = f"{_CONFIG}/rule"
SERVICE_ROLE = f"{_RBAC}/ServiceRole"
SERVICE_ROLE_BINDING = f"{_RBAC}/ServiceRoleBinding"
TEMPLATE = f"{_CONFIG}/template"

HANDLERS = {HANDLER, *(kind.collection for kind in istio_legacy.ADAPTERS)}
"""Kinds of which each resource is a handler: one for all adapters, one for each compiled in."""
INSTANCES = {INSTANCE, *(kind.collection for kind in istio_legacy.TEMPLATES)}
"""The same of instances and templates."""
ALL = tuple(kind.collection for kind in istio_legacy.ISTIO_LEGACY)
"""All that are gone."""
