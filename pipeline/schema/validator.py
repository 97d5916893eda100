"""What judges the body of one resource: the seam behind which more exact checks can come.

Today a JSON Schema, compiled once and asked in about a microsecond; a validator that evaluates CEL
rules or fills in defaults would offer the same one method.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import jsonschema_rs
import msgpack

from pipeline.manifest import manifest
from pipeline.model import Document, Resource
from pipeline.schema.problems import Problem, problems_of


class BodyValidator(Protocol):
    """Judges resources of one kind."""

    def problems(self, resource: Resource, document: Document) -> Iterable[Problem]:
        """Everything wrong with it, by path; nothing for a good one."""


class StructuralValidator:
    """A CRD's schema over the body. Patterns are matched in linear time, as in Go.

    Raises:
        ValueError: the schema does not compile.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._packed = msgpack.packb(schema)
        self._validator = jsonschema_rs.Draft202012Validator(
            dict(schema),
            offline=True,
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )

    def problems(self, resource: Resource, document: Document) -> Iterable[Problem]:  # noqa: ARG002  # the body says all
        if self._validator.is_valid(document.body):
            return ()
        errors = self._validator.iter_errors(document.body)
        return problems_of(errors, msgpack.unpackb(self._packed))


class ManifestValidator:
    """A JSON Schema over the whole manifest. References outside the file are refused.

    Raises:
        ValueError: the schema does not compile.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._packed = msgpack.packb(schema)
        self._validator = jsonschema_rs.validator_for(dict(schema), offline=True)

    def problems(self, resource: Resource, document: Document) -> Iterable[Problem]:
        whole = manifest(resource, document)
        if self._validator.is_valid(whole):
            return ()
        return problems_of(self._validator.iter_errors(whole), msgpack.unpackb(self._packed))
