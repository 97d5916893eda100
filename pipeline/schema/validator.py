"""What judges the resources of one kind: the seam between the stage and the schema languages."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import jsonschema_rs
import msgpack

from pipeline.manifest import manifest
from pipeline.model import Document, Resource
from pipeline.schema.problems import Problem, problems_of


class Judgement(NamedTuple):
    """What a validator says of a resource."""

    body: Mapping[str, Any] | None
    """The body as it is kept; None: as it is."""
    problems: Iterable[Problem]
    """Everything wrong with it, by path; nothing for a good one."""


class BodyValidator(Protocol):
    """Judges resources of one kind."""

    @property
    def changes(self) -> bool:
        """Whether it may give a resource another body."""

    @property
    def judges_changes(self) -> bool:
        """Whether it has anything to say of an update that it does not say of the new state."""

    def judge(self, resource: Resource, document: Document) -> Judgement:
        """What is wrong with a resource, whatever it was before."""

    def update(self, old: Resource | None, new: Resource) -> Iterable[Problem]:
        """What is wrong with a change of a resource, apart from what it leaves as it was; `old` is
        None where there was none."""


class ManifestValidator:
    """A JSON Schema over the whole manifest. References outside the file are refused.

    Raises:
        ValueError: the schema does not compile.
    """

    changes = False
    judges_changes = False

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._packed = msgpack.packb(schema)
        self._validator = jsonschema_rs.validator_for(dict(schema), offline=True)

    def judge(self, resource: Resource, document: Document) -> Judgement:
        return Judgement(None, self._problems(manifest(resource, document)))

    def update(self, old: Resource | None, new: Resource) -> Iterable[Problem]:  # noqa: ARG002  # a JSON Schema knows states only
        return self._problems(manifest(new, new.document()))

    def _problems(self, whole: Mapping[str, Any]) -> Iterable[Problem]:
        if self._validator.is_valid(whole):
            return ()
        return problems_of(self._validator.iter_errors(whole), msgpack.unpackb(self._packed), whole)
