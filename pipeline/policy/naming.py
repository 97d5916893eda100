"""The names that the expressions of one policy may use, and where their values come from."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

from pipeline.expression import (
    ANYTHING,
    BY_NAME,
    MANIFESTS,
    ExpressionError,
    Language,
    Makes,
    selections,
)
from pipeline.invalid import nearest
from pipeline.model import Key, Kinds
from pipeline.model.canonical import Path
from pipeline.policy.complaints import Complaints
from pipeline.policy.evaluation import (
    FromExpression,
    FromLookup,
    FromNamespace,
    FromParameters,
    Provider,
)
from pipeline.policy.kind_names import UnknownKindError, collection_called
from pipeline.policy.lookup import Handle, Lookup
from pipeline.policy.parameters import Parameters
from pipeline.policy.part import (
    LOOKUPS,
    NAMESPACE_OBJECT,
    PARAMS,
    VARIABLES,
    Part,
    used_names,
)
from pipeline.policy.settings import LookupSettings, PolicySettings, VariableSettings, parse_path

Named: TypeAlias = LookupSettings | VariableSettings


class Names:
    """Compiles the look-ups and variables of a policy, then its other expressions by `part`."""

    def __init__(self, settings: PolicySettings, kinds: Kinds, complaints: Complaints) -> None:
        self._settings = settings
        self._kinds = kinds
        self._complaints = complaints
        self._listed: dict[str, tuple[Path, Named]] = {}
        for at, each in enumerate(settings.lookups):
            self._listed[f"{LOOKUPS}.{each.name}"] = ((LOOKUPS, at), each)
        for at, variable in enumerate(settings.variables):
            self._listed[f"{VARIABLES}.{variable.name}"] = ((VARIABLES, at), variable)
        self._known = {NAMESPACE_OBJECT, PARAMS, *self._listed}
        self._language = Language(self._types())
        self._providers: dict[str, Provider] = {
            NAMESPACE_OBJECT: FromNamespace(),
            PARAMS: FromParameters(self._parameters()),
        }
        for name in self._ordered():
            self._provide(name, *self._listed[name])

    def part(self, what: str, place: Path, text: str, makes: Makes) -> Part | None:
        """Compile an expression over all names; None if that is not possible, which is told."""
        try:
            self._check_parameters(text)
            return Part.of(self._language.compile(text, makes), self._known)
        except ExpressionError as error:
            self._complaints.expression(place, what, error)
            return None

    def needed(self, parts: Iterable[Part]) -> dict[str, Provider]:
        """The names that some expressions use, directly or by way of others."""
        needed: dict[str, Provider] = {}
        left = [name for part in parts for name in part.needs]
        while left:
            name = left.pop()
            if name not in needed:
                needed[name] = self._providers[name]
                left += [each for part in needed[name].parts for each in part.needs]
        return needed

    def _types(self) -> Mapping[str, Any]:
        """Of all names, before it is known what the variables make."""
        types = {
            name: MANIFESTS if isinstance(each, LookupSettings) else ANYTHING
            for name, (_, each) in self._listed.items()
        }
        types[NAMESPACE_OBJECT] = ANYTHING
        if self._settings.params or self._settings.params_from:
            types[PARAMS] = BY_NAME
        return types

    def _ordered(self) -> Iterator[str]:
        """Every look-up and variable after those that it uses."""
        graph = {
            name: [used for used in used_names(_text(each)) if used in self._listed]
            for name, (_, each) in self._listed.items()
        }
        try:
            yield from TopologicalSorter(graph).static_order()
        except CycleError as error:
            circle = error.args[1][::-1]  # each needs the next
            self._complaints.circle(self._listed[circle[0]][0], circle)

    def _provide(self, name: str, place: Path, settings: Named) -> None:
        if isinstance(settings, LookupSettings):
            self._provide_lookup(name, place, settings)
            return
        what = f"variable {settings.name}"
        part = self.part(what, (*place, "expression"), settings.expression, "value")
        if part is not None:
            self._language = self._language.knowing(name, part.expression.type)
            self._providers[name] = FromExpression(part)

    def _provide_lookup(self, name: str, place: Path, settings: LookupSettings) -> None:
        what = f"look-up {settings.name}"
        collection = self._collection((*place, "kind"), settings.kind)
        value = self.part(f"value of {what}", (*place, "value"), settings.value, "value")
        try:
            by = Language().compile(settings.by, "value") if settings.by else None
        except ExpressionError as error:
            self._complaints.expression((*place, "by"), f"by of {what}", error)
            return
        if value is None or collection is None:
            return
        found = Lookup(
            collection,
            namespaced=self._is_namespaced(collection),
            handle=Handle(collection, by) if by else None,
        )
        self._providers[name] = FromLookup(value, found)

    def _parameters(self) -> Parameters:
        settings, given = self._settings, self._settings.params_from
        if given is None:
            return Parameters(settings.params)
        collection = self._collection(("paramsFrom", "kind"), given.kind) or given.kind
        namespaced = self._is_namespaced(collection)
        if given.namespace and not namespaced:
            problem = f"{given.kind} is in no namespace"
            self._complaints.setting(("paramsFrom", "namespace"), problem)
        return Parameters(
            settings.params,
            Key(collection, given.namespace, given.name),
            parse_path(given.field),
            at_home=namespaced and not given.namespace,
        )

    def _check_parameters(self, text: str) -> None:
        """Parameters that only the settings give are known before."""
        settings = self._settings
        if settings.params_from or not settings.params:
            return
        for path in selections(text, PARAMS):
            if path and path[0] not in settings.params:
                hint = nearest(path[0], settings.params)
                raise ExpressionError(f"there is no parameter {path[0]}{hint}")

    def _is_namespaced(self, collection: str) -> bool:
        """What is not known counts as namespaced."""
        kind = self._kinds.get(collection)
        return kind is None or kind.namespaced

    def _collection(self, place: Path, name: str) -> str | None:
        try:
            return collection_called(name, self._kinds)
        except UnknownKindError as error:
            self._complaints.setting(place, error)
            return None


def _text(settings: Named) -> str:
    return settings.value if isinstance(settings, LookupSettings) else settings.expression
