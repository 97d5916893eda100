"""The stage that derives resources by a template: all that it makes of a resource, or nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.expression import ROOT
from pipeline.manifest import manifest
from pipeline.model import Document, Key, Kinds, Resource
from pipeline.model.messages import Message
from pipeline.model.messages import shaping as messages
from pipeline.stage import Outcome, Reader
from pipeline.transform.derived import derived
from pipeline.transform.errors import TransformRefusedError
from pipeline.transform.stages import Transform
from pipeline.transform.template.errors import EvaluationError, LeafError
from pipeline.transform.template.expression import ITEM, Question, alone
from pipeline.transform.template.settings import TemplateSettings
from pipeline.transform.template.tree import Manifests

MOST_RESOURCES = 500
"""Resources that are derived from one."""
MOST_BYTES = 4 * 1024 * 1024
"""Bytes of all that is derived from one."""


class Template(Transform):
    """Derives resources from those that match."""

    def __init__(self, given: TemplateSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._kinds = kinds
        self._where = alone(given.where, "bool") if given.where else None
        self._each = alone(given.each) if given.each else None
        self._manifests = Manifests(given.resources, item=bool(given.each))
        self._keep = given.keep

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        given = manifest(resource, document)
        if self._where and not self._value(self._where, "where", resource, given):
            return Outcome((resource,))
        made: dict[Key, Resource] = {resource.key: resource} if self._keep else {}
        size = 0
        for one in self._derived(resource, given):
            if one.key in made:
                raise self._refused(messages.TEMPLATE_TWICE, resource, derived=one.key)
            made[one.key] = one
            size += len(one.content)
            if size > MOST_BYTES or len(made) > MOST_RESOURCES:
                limit = f"{MOST_RESOURCES} resources or {MOST_BYTES} bytes"
                raise self._refused(messages.TEMPLATE_TOO_MUCH, resource, limit=limit)
        return Outcome(tuple(made.values()))

    def _derived(self, resource: Resource, given: Mapping[str, Any]) -> Iterator[Resource]:
        for seen in self._seen(resource, given):
            try:
                for number, held in enumerate(self._manifests.made(seen)):
                    yield self._resource(number, held, resource)
            except LeafError as error:
                raise self._refused(
                    messages.TEMPLATE_FAILED, resource, field=error.field, problem=error.problem
                ) from error

    def _resource(self, number: int, held: Mapping[str, Any], parent: Resource) -> Resource:
        try:
            return derived(held, parent.key, self._kinds)
        except ValueError as error:
            problem = f"resources[{number}]: {error}"
            raise self._refused(messages.TEMPLATE_OUTPUT, parent, problem=problem) from error

    def _seen(self, resource: Resource, given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What there is to see, by name, each time that the manifests are made."""
        if self._each is None:
            yield {ROOT: given}
            return
        items = self._value(self._each, "each", resource, given)
        if not isinstance(items, list):
            problem = "it makes no list"
            raise self._refused(messages.TEMPLATE_FAILED, resource, field="each", problem=problem)
        for item in items:
            yield {ROOT: given, ITEM: item}

    def _value(
        self, ask: Question, field: str, resource: Resource, given: Mapping[str, Any]
    ) -> Any:
        try:
            return ask(given)
        except EvaluationError as error:
            raise self._refused(
                messages.TEMPLATE_FAILED, resource, field=field, problem=error
            ) from error

    def _refused(self, message: Message, resource: Resource, **facts: Any) -> TransformRefusedError:
        return TransformRefusedError(
            message.report(key=resource.key, transform=self._label, **facts)
        )
