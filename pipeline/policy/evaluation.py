"""One policy asked about one resource: what its expressions see is found out when first needed.

An expression needs names besides `object`: variables, look-ups, parameters, the Namespace. A name
whose value cannot be found out is left without one, so that only an expression that really comes to
it fails, and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline import kinds
from pipeline.expression import ROOT, Failure, Given, project
from pipeline.manifest import manifest
from pipeline.model import Key, Resource
from pipeline.policy.lookup import Lookup
from pipeline.policy.parameters import Parameters
from pipeline.policy.part import PARAMS, Part
from pipeline.stage import Index, Reader


class Provider(Protocol):
    """Where the value of a name comes from."""

    @property
    def collections(self) -> frozenset[str]:
        """What is read by key."""

    @property
    def indexes(self) -> frozenset[Index]: ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """The expressions that are asked for it."""

    def value(self, evaluation: "Evaluation") -> Any:
        """The value for one resource, or a `Failure`."""


class Evaluation:
    """The values of all names for one resource."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        resource: Resource,
        whole: Mapping[str, Any],
        shared: Given,
        reader: Reader,
    ) -> None:
        """Begin.

        Args:
            providers: by name.
            resource: the one to judge.
            whole: its manifest.
            shared: `object` alone, for expressions that need nothing else.
            reader: the way to other resources.
        """
        self.resource = resource
        self.reader = reader
        self.absent = False
        """Whether something was looked for in vain."""
        self._providers = providers
        self._whole = whole
        self._shared = shared
        self._values: dict[str, Any] = {}

    def ask(self, part: Part) -> Any:
        """What an expression makes, or a `Failure`."""
        if part.needs:
            return self.ask_apart(part)
        return part.expression.evaluate(self._shared)

    def ask_apart(self, part: Part) -> Any:
        """The same for an expression that is seldom asked, so that what it looks at is not in what
        is shared."""
        made = part.expression.evaluate(self._given(part))
        return self._explained(made, part) if isinstance(made, Failure) else made

    def namespace(self) -> dict[str, Any] | None:
        """The Namespace that the resource is in; None if it is in none, or it is not known."""
        name = self.resource.key.namespace
        found = self.reader.get(Key(kinds.NAMESPACE, "", name)) if name else None
        if name and found is None:
            self.absent = True
        return None if found is None else manifest(found, found.document())

    def _given(self, part: Part) -> Given:
        values = {ROOT: project(self._whole, part.tree)}
        for name in part.needs:
            value = self._value(name)
            if not isinstance(value, Failure):
                values[name] = value
        return part.expression.given(values)

    def _value(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = self._providers[name].value(self)
        return self._values[name]

    def _explained(self, failure: Failure, part: Part) -> Failure:
        """The same with the reason why a name has no value."""
        held = self._values.get(failure.missing)
        if isinstance(held, Failure):
            return Failure(f"{failure.missing} fails: {held.problem}")
        provider = self._providers.get(PARAMS)
        if failure.missing in part.params and isinstance(provider, FromParameters):
            return provider.lacking(failure, self)
        return failure


@dataclass(frozen=True, slots=True)
class FromExpression:
    """A variable."""

    part: Part
    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.part,)

    def value(self, evaluation: Evaluation) -> Any:
        return evaluation.ask(self.part)


@dataclass(frozen=True, slots=True)
class FromLookup:
    """What a look-up finds, as manifests."""

    part: Part
    lookup: Lookup

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.part,)

    @property
    def collections(self) -> frozenset[str]:
        return self.lookup.collections

    @property
    def indexes(self) -> frozenset[Index]:
        return self.lookup.indexes

    def value(self, evaluation: Evaluation) -> Any:
        asked = evaluation.ask(self.part)
        if isinstance(asked, Failure):
            return asked
        found = self.lookup.find(asked, evaluation.resource.key.namespace, evaluation.reader)
        if isinstance(found, Failure):
            return found
        evaluation.absent = evaluation.absent or not found.complete
        return [manifest(each, each.document()) for each in found.resources]


@dataclass(frozen=True, slots=True)
class FromNamespace:
    """The resource's Namespace."""

    collections: frozenset[str] = frozenset({kinds.NAMESPACE})
    indexes: frozenset[Index] = frozenset()
    parts: tuple[Part, ...] = ()

    def value(self, evaluation: Evaluation) -> Any:
        return evaluation.namespace()


@dataclass(frozen=True, slots=True)
class FromParameters:
    """All parameters, as a map."""

    parameters: Parameters
    indexes: frozenset[Index] = frozenset()
    parts: tuple[Part, ...] = ()

    @property
    def collections(self) -> frozenset[str]:
        return self.parameters.collections

    def value(self, evaluation: Evaluation) -> Any:
        return self.parameters.read(evaluation.resource.key.namespace, evaluation.reader)

    def lacking(self, failure: Failure, evaluation: Evaluation) -> Failure:
        """What to say if the parameter that an expression came to is not there."""
        if failure.missing in self.value(evaluation):
            return failure
        evaluation.absent = True
        where = self.parameters.where(evaluation.resource.key.namespace)
        return Failure(f"there is no parameter {failure.missing}; {where} has to hold it")
