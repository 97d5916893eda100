"""Visibility: `exportTo` by namespace, where a resource does not say it itself."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline import kinds as names
from pipeline.model import Document, Key, Kinds, Resource
from pipeline.model.messages import shaping as messages
from pipeline.schema.formats import is_dns_label
from pipeline.selector import Selector
from pipeline.stage import Outcome, Reader
from pipeline.transform.errors import TransformRefusedError
from pipeline.transform.rebuild import rebuilt, relabelled
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform

ANNOTATION = "networking.istio.io/exportTo"
"""Where a Service says it; a namespace may say it for all that is in it."""

_FIELD = "exportTo"
_EXPORTED = frozenset((names.DESTINATION_RULE, names.SERVICE_ENTRY, names.VIRTUAL_SERVICE))


class VisibilityRule(BaseModel):
    """What is visible where of the namespaces that match."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    namespaces: tuple[str, ...] = ()
    """Globs over their names; by default all."""
    labels: str = ""
    """A selector over the labels of their Namespace resources; one that is not there has none."""
    export_to: tuple[str, ...] = Field(min_length=1)
    """`.` for the namespace alone, `*` for all, or names of namespaces."""

    @field_validator("labels")
    @classmethod
    def _is_selector(cls, text: str) -> str:
        Selector.parse(text)
        return text

    @field_validator("export_to")
    @classmethod
    def _is_visibility(cls, export_to: tuple[str, ...]) -> tuple[str, ...]:
        if found := problem(export_to):
            raise ValueError(found)
        return export_to


class VisibilitySettings(TransformSettings):
    """Fill in `exportTo` of VirtualServices, DestinationRules and ServiceEntries, and the
    annotation `networking.istio.io/exportTo` of Services, where nothing is written."""

    type: Literal["visibility"] = "visibility"
    """Which transform this is."""
    rules: tuple[VisibilityRule, ...] = ()
    """By namespace; the first that matches says it, and without one nothing is filled in."""
    annotation: str = ANNOTATION
    """An annotation by which a Namespace says it itself, before all rules: `.` or `shop,billing`;
    empty: there is none."""

    @model_validator(mode="after")
    def _says_something(self) -> "VisibilitySettings":
        if not (self.rules or self.annotation):
            raise ValueError("one of rules and annotation is needed")
        return self


class Visibility(Transform):
    """Fills in where a resource is visible."""

    def __init__(self, given: VisibilitySettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        self._annotation = given.annotation
        self._rules = tuple((each, Selector.parse(each.labels)) for each in given.rules)
        if given.annotation or any(each.labels for each in given.rules):
            self.collections = frozenset((names.NAMESPACE,))

    def handles(self, collection: str) -> bool:
        known = collection in _EXPORTED or collection == names.SERVICE
        return known and super().handles(collection)

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        if _says(resource.key.collection, document):
            return Outcome((resource,))
        export_to = self._of_namespace(resource.key.namespace, reader)
        if not export_to:
            return Outcome((resource,))
        if resource.key.collection == names.SERVICE:
            annotations = {**document.annotations, ANNOTATION: ",".join(export_to)}
            made = Document(document.labels, annotations, document.body)
            return Outcome((relabelled(self._label, resource, made),))
        spec = {**document.body.get("spec", {}), _FIELD: list(export_to)}
        body = {**document.body, "spec": spec}
        made = Document(document.labels, document.annotations, body)
        return Outcome((rebuilt(self._label, resource, made),))

    def _of_namespace(self, namespace: str, reader: Reader) -> Sequence[str]:
        labels: Mapping[str, str] = {}
        if self.collections:
            held = reader.get(Key(names.NAMESPACE, "", namespace))
            document = held.document() if held else Document({}, {}, {})
            if said := document.annotations.get(self._annotation):
                return self._said(namespace, said)
            labels = document.labels
        for rule, selector in self._rules:
            if _named(namespace, rule.namespaces) and selector.matches(labels):
                return rule.export_to
        return ()

    def _said(self, namespace: str, said: str) -> Sequence[str]:
        export_to = tuple(part.strip() for part in said.split(","))
        if found := problem(export_to):
            report = messages.EXPORT_TO.report(
                key=Key(names.NAMESPACE, "", namespace),
                path=("metadata", "annotations", self._annotation),
                annotation=self._annotation,
                namespace=namespace,
                value=repr(said),
                problem=found,
            )
            raise TransformRefusedError(report)
        return export_to


def problem(export_to: Sequence[str]) -> str:
    """Why this is no visibility for all of the kinds; empty: it is. What Istio's own validation
    says of `exportTo` (istio.io/istio, pkg/config/validation, validateExportTo)."""
    for each in export_to:
        if each not in (".", "*") and not is_dns_label(each):
            return f"{each!r} is neither `.` nor `*` nor the name of a namespace"
    if len(set(export_to)) < len(export_to):
        return "it names one twice"
    if "*" in export_to and len(export_to) > 1:
        return "`*` means all, so nothing can stand beside it"
    return ""


def _named(namespace: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(namespace, glob) for glob in globs) if globs else True


def _says(collection: str, document: Document) -> bool:
    """Whether the resource says it itself, or has no place for it."""
    if collection == names.SERVICE:
        return bool(document.annotations.get(ANNOTATION))
    spec: Any = document.body.get("spec", {})
    if not isinstance(spec, Mapping):
        return True
    return bool(spec.get(_FIELD)) or (
        "workloadSelector" in spec and collection == names.DESTINATION_RULE
    )
