"""From schema files to a `SchemaSet`; every file is looked at before the first error is raised."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.model import Diagnostic, Kind
from pipeline.model.messages import schema as messages
from pipeline.schema import crd, openapi, standalone
from pipeline.schema.builtin import BUILTIN_KINDS
from pipeline.schema.builtin.kubernetes import KUBERNETES
from pipeline.schema.custom import CustomResourceValidator, Unevaluated, UnknownFields
from pipeline.schema.description import Description
from pipeline.schema.errors import SchemaError
from pipeline.schema.essence import without_prose
from pipeline.schema.set import Compiled, SchemaSet, UnknownKinds
from pipeline.schema.text import SchemaDocument, SchemaText, documents, not_a_schema
from pipeline.schema.validator import BodyValidator, ManifestValidator
from pipeline.schema.vocabulary import PRESERVE, Schema

_BUILTIN = {kind.collection: kind for kind in BUILTIN_KINDS}
_OWN = frozenset(kind.collection for kind in KUBERNETES)
"""Kinds without a CRD: what describes them describes one version, and says nothing of others."""


def build(
    schemas: Sequence[SchemaText],
    *,
    unknown_kinds: UnknownKinds = "warn",
    unknown_fields: UnknownFields = "refuse",
    previous: SchemaSet | None = None,
) -> SchemaSet:
    """Compile schema files; a kind that only `previous` describes keeps its last schema, and what
    is as it was there is not compiled again.

    Args:
        schemas: CRDs and JSON Schema files.
        unknown_kinds: what to say of kinds that nothing describes.
        unknown_fields: what becomes of fields that a CRD does not know.
        previous: what is in force.

    Raises:
        SchemaError: with everything wrong in all the files.
    """
    errors: list[Diagnostic] = []
    found: dict[str, Description] = {}
    for description in _describe(schemas, errors):
        known = found.setdefault(description.kind.collection, description)
        if known.published and not description.published:
            found[description.kind.collection] = description
        elif known.document != description.document and not description.published:
            errors.append(_twice(known, description))
    last = previous.compiled if previous else {}
    compiled = dict(_compile(found.values(), unknown_fields, last, errors))
    if errors:
        raise SchemaError(errors)
    kept = {name: replace(own, kept=True) for name, own in last.items() if name not in compiled}
    return SchemaSet({**compiled, **kept}, unknown_kinds)


def _describe(schemas: Iterable[SchemaText], errors: list[Diagnostic]) -> Iterator[Description]:
    for source in schemas:
        try:
            for document in documents(source):
                yield from map(_described, _crds(document))
        except SchemaError as error:
            errors.extend(error.diagnostics)


def _crds(document: SchemaDocument) -> Iterable[SchemaDocument]:
    if openapi.is_openapi(document.content):
        return openapi.as_crds(document)
    return (document,)


def _described(document: SchemaDocument) -> Description:
    try:
        if crd.is_crd(document.content):
            return crd.describe(document)
        return standalone.describe(document)
    except RecursionError as error:
        raise not_a_schema(document.locator, document.number, "it is nested too deep") from error


def _twice(known: Description, other: Description) -> Diagnostic:
    report = messages.KIND_TWICE.report(
        kind=known.kind.collection, locator=other.locator, other=known.locator
    )
    return report.at("", other.locator)


def _compile(
    found: Iterable[Description],
    unknown_fields: UnknownFields,
    last: Mapping[str, Compiled],
    errors: list[Diagnostic],
) -> Iterator[tuple[str, Compiled]]:
    for description in found:
        collection = description.kind.collection
        try:
            yield collection, _compiled(description, unknown_fields, last.get(collection))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            errors.append(_broken(description, error))


def _compiled(
    description: Description, unknown_fields: UnknownFields, last: Compiled | None
) -> Compiled:
    text = json.dumps(without_prose(description.document))
    source = SchemaText(description.locator, text)
    if last and (last.source.text, last.unknown_fields) == (text, unknown_fields):
        return replace(last, source=source, kept=False)
    unevaluated: list[Unevaluated] = []
    validator = _validator(description, unknown_fields, unevaluated)
    return Compiled(_completed(description), validator, source, tuple(unevaluated), unknown_fields)


def _validator(
    description: Description, unknown_fields: UnknownFields, unevaluated: list[Unevaluated]
) -> BodyValidator:
    schema = _with_facts(description)
    if not description.structural:
        return ManifestValidator(schema)
    validator = CustomResourceValidator(without_prose(schema), unknown_fields)
    unevaluated.extend(validator.unevaluated)
    return validator


def _with_facts(description: Description) -> Schema:
    """The schema with the fields in which sources tell facts, where its kind has any."""
    schema, known = description.schema, _BUILTIN.get(description.kind.collection)
    if known is None or not known.facts:
        return schema
    fields = schema.get("properties") or {}
    told = {name: {PRESERVE: True} for name in known.facts}
    return {**schema, "properties": {**told, **fields}}


def _broken(description: Description, error: Exception) -> Diagnostic:
    report = messages.BROKEN_SCHEMA.report(
        kind=description.kind.collection,
        locator=description.locator,
        problem=str(error).partition("\n")[0] or type(error).__name__,
    )
    return report.at("", description.locator)


def _completed(description: Description) -> Kind:
    """The kind with what only its built-in entry says."""
    kind, known = description.kind, _BUILTIN.get(description.kind.collection)
    if known is None:
        return kind
    kind = replace(
        kind,
        aliases=tuple(dict.fromkeys((*kind.aliases, *known.aliases))),
        observed=known.observed,
        sensitive=known.sensitive,
        facts=known.facts,
        named_by=known.named_by,
        conversions=known.conversions if kind.version == known.version else (),
    )
    if description.structural and kind.collection not in _OWN:
        return kind
    namespaced = kind.namespaced if description.structural else known.namespaced
    return replace(kind, plural=known.plural, namespaced=namespaced, served=_served(kind, known))


def _served(kind: Kind, known: Kind) -> tuple[str, ...]:
    """The versions of an entry that convert to the one that a schema describes."""
    if kind.version == known.version:
        return known.served
    return () if known.conversions else tuple(v for v in known.versions if v != kind.version)
