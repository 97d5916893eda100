"""The stage that holds every resource against the schema of its kind.

A custom resource goes on as the API server would store it, with its defaults.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pipeline.model import Diagnostic, Document, Key, Kind, Level, Path, Resource
from pipeline.model.kind import split_api_version
from pipeline.model.messages import schema as messages
from pipeline.schema import naming, phrases
from pipeline.schema.problems import Problem
from pipeline.schema.validator import BodyValidator
from pipeline.stage import Index, Outcome, Reader

MOST_PROBLEMS = 20
"""Schema errors that are listed for one resource."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A kind, and what judges its resources; None: only their version is looked at."""

    kind: Kind
    validator: BodyValidator | None


class SchemaStage:
    """Reports what a resource's schema does not allow; fills in its defaults."""

    name = "schema"
    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def __init__(
        self,
        kinds: Mapping[str, Judged],
        *,
        unknown: Callable[[str], Diagnostic | None] | None = None,
        unknown_version: Level | None = None,
    ) -> None:
        self._kinds = kinds
        self._unknown = unknown
        self._unknown_version = unknown_version
        judges = (judged.validator for judged in kinds.values())
        self.only_judges = not any(judge.changes for judge in judges if judge)

    def handles(self, collection: str) -> bool:
        return collection in self._kinds or self._unknown is not None

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        judged = self._kinds.get(resource.key.collection)
        if judged is None:
            return Outcome((resource,), self._refused(resource.key))
        if resource.api_version != judged.kind.api_version:
            return Outcome((resource,), self._version(resource, judged))
        if judged.validator is None:
            return Outcome((resource,), tuple(naming.judge(resource.key, judged.kind, document)))
        body, found = judged.validator.judge(resource, document)
        if body is not None:
            resource = _with_body(resource, document, body)
        return Outcome((resource,), reports(resource.key, judged.kind, found) if found else ())

    def _refused(self, key: Key) -> tuple[Diagnostic, ...]:
        report = self._unknown(key.collection) if self._unknown else None
        return (replace(report, key=key, path=("kind",)),) if report else ()

    def _version(self, resource: Resource, judged: Judged) -> tuple[Diagnostic, ...]:
        """A definition knows its versions; a built-in entry may just be older than this one."""
        level = self._unknown_version if judged.validator is None else Level.ERROR
        if level is None:
            return ()
        report = messages.UNKNOWN_VERSION.report(
            key=resource.key,
            path=("apiVersion",),
            level=level,
            kind=judged.kind.collection,
            version=split_api_version(resource.api_version)[1],
            versions=", ".join(judged.kind.versions),
        )
        return (report,)


def _with_body(resource: Resource, document: Document, body: Mapping[str, Any]) -> Resource:
    return Resource.build(
        resource.key,
        resource.api_version,
        labels=document.labels,
        annotations=document.annotations,
        body=body,
    )


def reports(key: Key, kind: Kind, found: Iterable[Problem]) -> tuple[Diagnostic, ...]:
    """Problems as diagnostics on a resource, the first 20 of them."""
    remaining = iter(found)
    listed = [_report(key, kind, problem) for problem in islice(remaining, MOST_PROBLEMS)]
    more = sum(1 for _ in remaining)
    if more:
        listed.append(messages.MORE_PROBLEMS.report(key=key, more=more))
    return tuple(listed)


def _report(key: Key, kind: Kind, problem: Problem) -> Diagnostic:
    hidden = any(_touches(problem.path, path) for path in kind.sensitive)
    shown = "(hidden)" if hidden else phrases.value(problem.value)
    compound = isinstance(problem.value, dict | list) and problem.value
    facts: dict[str, Any] = {
        "field": phrases.field(problem.path),
        "kind": kind.kind,
        "value": shown,
        "given": "" if compound else f", and is {shown}",
        **problem.facts,
    }
    return problem.message.report(key=key, path=problem.path, **facts)


def _touches(path: Path, sensitive: Path) -> bool:
    """Whether a field is within a sensitive one, or holds it."""
    return all(want in ("*", part) for part, want in zip(path, sensitive, strict=False))
