"""The words that structural schemas have and JSON Schema has not, and what a schema is here.

Source: the Kubernetes API reference, JSONSchemaProps of apiextensions.k8s.io/v1.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
"""A node of a schema, with everything below it."""

PUBLISHED = "galley.dev/published"
"""The label of a CRD that was made of what a followed API server publishes: it gives way to any
other description of its kind."""

EMBEDDED = "x-kubernetes-embedded-resource"
INT_OR_STRING = "x-kubernetes-int-or-string"
KIND = "x-kubernetes-group-version-kind"
LIST_KEYS = "x-kubernetes-list-map-keys"
LIST_TYPE = "x-kubernetes-list-type"
PRESERVE = "x-kubernetes-preserve-unknown-fields"
RULES = "x-kubernetes-validations"
