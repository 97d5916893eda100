"""Custom resources, judged as the API server judges them.

In its order: nulls that count as absent are dropped and defaults filled in (`normal`), unknown
fields refused or taken out (`pruning`), values held against the schema (`structural`), and if
nothing of that is in the way, lists and rules (`rules`). An update is judged against what it
follows on: what was wrong before and has not changed is tolerated, and the rules that mention
`oldSelf` have their say.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

import jsonschema_rs
import msgpack

from pipeline.model import Document, Path, Resource
from pipeline.model.messages import schema as messages
from pipeline.schema import keywords
from pipeline.schema.bound import BoundRule, bind
from pipeline.schema.cel import ABSENT, NotEvaluable
from pipeline.schema.correlation import unchanged
from pipeline.schema.formats import FORMATS, PREFIX
from pipeline.schema.normal import defaults_of, field_schema, filled, without_nulls
from pipeline.schema.problems import Problem, problems_of, unknown_field
from pipeline.schema.pruning import pruned, unknown_fields
from pipeline.schema.rules import transitions, tree, violations
from pipeline.schema.structural import body_of, convert
from pipeline.schema.validator import Judgement
from pipeline.schema.vocabulary import RULES, Schema

UnknownFields: TypeAlias = Literal["refuse", "prune"]

_NIL = b"\xc0"
"""A null in msgpack; content without this byte holds none."""
_FORMATS = {PREFIX + name: check for name, check in FORMATS.items()}


class Unevaluated(NamedTuple):
    """A rule that is left out, and why."""

    at: Path
    rule: str
    reason: str


class CustomResourceValidator:
    """A CRD's schema over its resources.

    Raises:
        ValueError: the schema does not compile; a CelSyntaxError is one.
    """

    changes = True

    def __init__(self, schema: Schema, unknown: UnknownFields = "refuse") -> None:
        self._schema = body_of(schema)
        self._prunes = unknown == "prune"
        translated = convert(self._schema)
        self._packed = msgpack.packb(translated)
        self._validator = jsonschema_rs.Draft202012Validator(
            translated,
            offline=True,
            validate_formats=True,
            formats=_FORMATS,
            keywords=keywords.KEYWORDS,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
        self._defaults = defaults_of(self._schema)
        self.unevaluated: list[Unevaluated] = []
        """Rules that cannot be evaluated exactly."""
        picked = _Rules(self.unevaluated)
        self._judging = tree(self._schema, picked.of_state, with_lists=True)
        self._changing = tree(self._schema, picked.of_change, with_lists=False)

    @property
    def judges_changes(self) -> bool:
        """Whether there are rules on how a value may change."""
        return self._changing is not None

    def judge(self, resource: Resource, document: Document) -> Judgement:
        """What is wrong with a resource, whatever it was before, and its body as it is kept."""
        body = self._normal(resource, document)
        problems: tuple[Problem, ...] = ()
        if not self._validator.is_valid(self._whole(resource, body)):
            problems = tuple(self._refused(resource, body))
            body = self._kept(body)
        problems = (*problems, *self._broken(resource, body, problems))
        return Judgement(None if body is document.body else body, problems)

    def update(self, old: Resource | None, new: Resource) -> Iterator[Problem]:
        """What the API server would refuse of this change; None: there was no such resource."""
        before: Any = ABSENT
        body = self._kept(self._normal(new, new.document()))
        if old is not None:
            before = self._whole(old, self._kept(self._normal(old, old.document())))
        after = self._whole(new, body)

        @cache
        def items_were_repeated() -> bool:
            return any(violations(self._judging, before, rules=False))

        def stays(problem: Problem) -> bool:
            if old is None or problem.message is messages.UNKNOWN_FIELD:
                return False
            if problem.message is messages.REPEATED_ITEM:  # all of them together, as the API server
                return items_were_repeated()
            return unchanged(problem.judged, before, after, self._schema)

        refused = [one for one in self._refused(new, body) if not stays(one)]
        yield from refused
        yield from (one for one in self._broken(new, body, refused) if not stays(one))
        if self._changing is not None and not any(one.in_the_way for one in refused):
            yield from transitions(self._changing, after, before)

    def _normal(self, resource: Resource, document: Document) -> Mapping[str, Any]:
        body: Mapping[str, Any] = document.body
        if _NIL in resource.content:
            body = without_nulls(body, self._schema)
        filled_in: Mapping[str, Any] = filled(body, self._defaults)
        return filled_in

    def _kept(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        kept: Mapping[str, Any] = pruned(body, self._schema) if self._prunes else body
        return kept

    def _whole(self, resource: Resource, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body with the name, where the schema has a say in that."""
        if "metadata" not in self._schema["properties"]:
            return body
        return {**body, "metadata": {"name": resource.key.name}}

    def _refused(self, resource: Resource, body: Mapping[str, Any]) -> Iterator[Problem]:
        """Unknown fields, and what is wrong with the rest."""
        whole = self._whole(resource, body)
        if not self._prunes:
            for path in unknown_fields(whole, self._schema):
                yield unknown_field(path, self._siblings(path))
        known = pruned(whole, self._schema)
        if not self._validator.is_valid(known):
            errors = self._validator.iter_errors(known)
            yield from problems_of(errors, msgpack.unpackb(self._packed), known)

    def _broken(
        self, resource: Resource, body: Mapping[str, Any], refused: Iterable[Problem]
    ) -> Iterable[Problem]:
        if self._judging is None:
            return ()
        whole = self._whole(resource, body)
        if self._judging.rules:
            kind = resource.key.collection.rpartition("/")[2]
            metadata = {"name": resource.key.name}
            whole = {
                **body, "apiVersion": resource.api_version, "kind": kind, "metadata": metadata
            }  # fmt: skip
        rules = not any(one.in_the_way for one in refused)
        return tuple(violations(self._judging, whole, rules=rules))

    def _siblings(self, path: Path) -> Iterable[str]:
        schema: Schema | None = self._schema
        for part in path[:-1]:
            below = (schema or {}).get("items")
            schema = field_schema(schema, part) if isinstance(part, str) else below
        return (schema or {}).get("properties") or ()


class _Rules:
    """Binds each rule once, whichever tree asks for it."""

    def __init__(self, unevaluated: list[Unevaluated]) -> None:
        self._unevaluated = unevaluated
        self._bound: dict[tuple[int, int], tuple[BoundRule, ...]] = {}

    def of_state(self, standing: Schema, schema: Schema, at: Path) -> tuple[BoundRule, ...]:
        bound = self._all(standing, schema, at)
        return tuple(one for one in bound if not one.rule.uses_old_self)

    def of_change(self, standing: Schema, schema: Schema, at: Path) -> tuple[BoundRule, ...]:
        return tuple(one for one in self._all(standing, schema, at) if one.rule.uses_old_self)

    def _all(self, standing: Schema, schema: Schema, at: Path) -> tuple[BoundRule, ...]:
        if not standing.get(RULES):
            return ()
        name = (id(standing), id(schema))
        if name not in self._bound:
            self._bound[name] = tuple(self._bind(standing[RULES], schema, at))
        return self._bound[name]

    def _bind(self, written: Iterable[Any], schema: Schema, at: Path) -> Iterator[BoundRule]:
        for rule in written:
            try:
                yield bind(rule, schema)
            except NotEvaluable as error:
                self._unevaluated.append(Unevaluated(at, str(rule["rule"]), str(error)))
