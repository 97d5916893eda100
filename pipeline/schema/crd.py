"""A CustomResourceDefinition as kind and schema.

The schema is that of the storage version: sources normalise every resource to it. A version that
only a conversion webhook can turn into the storage version is not served here, unless the two
schemas are equal.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.model import Kind
from pipeline.schema.description import Description
from pipeline.schema.errors import SchemaError
from pipeline.schema.shape import misshapen, without_nothing
from pipeline.schema.text import SchemaDocument, not_a_schema
from pipeline.schema.vocabulary import PUBLISHED

_GROUP = "apiextensions.k8s.io"


def is_crd(content: Mapping[str, Any]) -> bool:
    """Whether the document is a CRD of any version."""
    return content.get("kind") == "CustomResourceDefinition" and str(
        content.get("apiVersion")
    ).startswith(f"{_GROUP}/")


def describe(source: SchemaDocument) -> Description:
    """Kind and body schema of a CRD.

    Raises:
        SchemaError: the CRD is of v1beta1, or lacks what v1 demands.
    """
    if source.content["apiVersion"] != f"{_GROUP}/v1":
        problem = f"it is a CRD of {source.content['apiVersion']}; write it as {_GROUP}/v1"
        raise not_a_schema(source.locator, source.number, problem)
    try:
        return _describe(source, source.content["spec"])
    except SchemaError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        what = f"the field {error} is missing" if isinstance(error, KeyError) else "it is damaged"
        if isinstance(error, StopIteration):
            what = "no version is the storage version"
        raise not_a_schema(source.locator, source.number, f"as a CRD {what}") from error


def _describe(source: SchemaDocument, spec: Mapping[str, Any]) -> Description:
    stored = next(version for version in spec["versions"] if version.get("storage"))
    schema = without_nothing(stored["schema"]["openAPIV3Schema"])
    problem = next(misshapen(schema), None)
    if problem:
        raise not_a_schema(source.locator, source.number, problem)
    return Description(
        kind=_kind(spec, stored),
        locator=source.locator,
        number=source.number,
        schema=schema,
        structural=True,
        document=source.content,
        published=PUBLISHED in ((source.content.get("metadata") or {}).get("labels") or {}),
    )


def _kind(spec: Mapping[str, Any], stored: Mapping[str, Any]) -> Kind:
    names = spec["names"]
    return Kind(
        group=_text(spec, "group", empty=True),  # kinds of the API server's own, as CRDs
        kind=_text(names, "kind"),
        version=_text(stored, "name"),
        plural=_text(names, "plural"),
        namespaced=spec["scope"] == "Namespaced",
        served=_served(spec, stored),
        aliases=tuple(alias for alias in _aliases(names) if isinstance(alias, str) and alias),
    )


def _aliases(names: Mapping[str, Any]) -> tuple[Any, ...]:
    return (names.get("singular"), *(names.get("shortNames") or ()))


def _text(mapping: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    if not isinstance(mapping[name], str) or not (mapping[name] or empty):
        raise TypeError(f"{name} is not text")
    return str(mapping[name])


def _served(spec: Mapping[str, Any], stored: Mapping[str, Any]) -> tuple[str, ...]:
    webhook = (spec.get("conversion") or {}).get("strategy") == "Webhook"
    others = (v for v in spec["versions"] if v["name"] != stored["name"] and v.get("served"))
    return tuple(_text(v, "name") for v in others if not webhook or v["schema"] == stored["schema"])
