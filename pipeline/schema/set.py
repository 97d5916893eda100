"""All schemas of an environment: the kinds they make known, and the stage that applies them."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.model import Diagnostic, Kind, Kinds, Level, Resource
from pipeline.model.messages import schema as messages
from pipeline.schema import phrases
from pipeline.schema.builtin import BUILTIN_KINDS
from pipeline.schema.custom import Unevaluated, UnknownFields
from pipeline.schema.stage import Judged, SchemaStage, reports
from pipeline.schema.text import SchemaText
from pipeline.schema.validator import BodyValidator

UnknownKinds: TypeAlias = Literal["accept", "warn", "refuse"]

_LEVELS: dict[UnknownKinds, Level | None] = {
    "accept": None,
    "warn": Level.WARNING,
    "refuse": Level.ERROR,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """One kind's schema, ready to judge."""

    kind: Kind
    validator: BodyValidator
    source: SchemaText
    """The schema alone, as JSON: what makes it again when its file has disappeared."""
    unevaluated: tuple[Unevaluated, ...] = ()
    """Rules in it that are left out."""
    unknown_fields: UnknownFields = "refuse"
    kept: bool = False
    """Whether its file has disappeared and it holds all the same."""


class SchemaSet:
    """What an environment knows of kinds."""

    def __init__(self, compiled: Mapping[str, Compiled], unknown_kinds: UnknownKinds) -> None:
        self.compiled = compiled
        """The schemas by collection."""
        judged = {kind.collection: Judged(kind, None) for kind in BUILTIN_KINDS}
        judged |= {name: Judged(own.kind, own.validator) for name, own in compiled.items()}
        self._judged = judged
        self._unknown_kinds = unknown_kinds
        self.kinds = Kinds(known.kind for known in judged.values())
        self.stage = SchemaStage(
            judged,
            unknown=self.unknown if unknown_kinds == "refuse" else None,
            unknown_version=_LEVELS[unknown_kinds],
        )
        self.judging_changes = frozenset(
            name for name, own in compiled.items() if own.validator.judges_changes
        )
        """Collections whose schema has rules on how a resource may change."""
        self.diagnostics = tuple(_remarks(compiled.values()))
        """Warnings and infos about the schemas themselves."""

    def update(self, old: Resource | None, new: Resource) -> tuple[Diagnostic, ...] | None:
        """What its schema refuses of a change: what is wrong and was not so before, and what may
        not change so. `old` is None where there was none; the answer None where no schema says."""
        judged = self._judged.get(new.key.collection)
        if judged is None or judged.validator is None:
            return None
        if new.api_version != judged.kind.api_version:
            return None
        return reports(new.key, judged.kind, judged.validator.update(old, new))

    @property
    def kept(self) -> tuple[SchemaText, ...]:
        """Schemas that are no longer in the settings and hold all the same: an environment that is
        to be built again from its stored settings needs them there."""
        return tuple(own.source for own in self.compiled.values() if own.kept)

    def unknown(self, collection: str) -> Diagnostic | None:
        """The one word about a collection that nothing here describes; None where none is due."""
        if collection in self._judged or self._unknown_kinds == "accept":
            return None
        level = _LEVELS[self._unknown_kinds]
        near = difflib.get_close_matches(collection, self._judged, n=1, cutoff=0.8)
        hint = f"; did you mean {near[0]}" if near else ""
        return messages.UNKNOWN_KIND.report(level=level, kind=collection, hint=hint)


def _remarks(compiled: Iterable[Compiled]) -> Iterable[Diagnostic]:
    for own in compiled:
        name, locator = own.kind.collection, own.source.locator
        if own.kept:
            report = messages.SCHEMA_KEPT.report(kind=name, locator=locator)
            yield report.at("", locator)
        for at, rule, reason in own.unevaluated:
            report = messages.RULE_NOT_EVALUATED.report(
                kind=name, field=phrases.field(at), rule=" ".join(rule.split()), reason=reason
            )
            yield report.at("", locator)
