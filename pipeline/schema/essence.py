"""What of a CustomResourceDefinition decides anything, and what is only written beside it.

Prose is most of a CRD's text. What a cluster or its tools write into one (status, metadata, the
certificates of a webhook) changes by itself, and changes no judgement.
"""

from collections.abc import Mapping
from typing import Any

_VALUES = ("default", "enum", "example")
"""Keywords that hold values, which may have a field `description` of their own."""


def essence(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a CRD, without what decides nothing; one that is damaged stays so."""
    kept = {"spec": without_prose(body.get("spec"))}
    spec = kept["spec"]
    conversion = spec.get("conversion") if isinstance(spec, Mapping) else None
    if isinstance(conversion, Mapping):
        kept["spec"] = {**spec, "conversion": {"strategy": conversion.get("strategy")}}
    return kept


def without_prose(content: Any) -> Any:
    """A schema, or what holds schemas, without its descriptions."""
    if isinstance(content, list):
        return [without_prose(item) for item in content]
    if not isinstance(content, Mapping):
        return content
    return {
        name: held if name in _VALUES else without_prose(held)
        for name, held in content.items()
        if not (name == "description" and isinstance(held, str))
    }
