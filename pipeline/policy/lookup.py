"""Looking up other resources: by their names, or by an index that is made of an expression.

Only these two ways are offered because each look is a recorded read: a policy runs again for
exactly the resources that have looked for what has changed, also if they had looked in vain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.manifest import manifest
from pipeline.model import Document, Key, Resource
from pipeline.policy.errors import EvaluationError
from pipeline.policy.expression import Expression, Failure, Given
from pipeline.policy.projection import ROOT, looked_at, project
from pipeline.stage import Index, Reader


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way from a resource to others."""

    collection: str
    namespaced: bool
    index: Index | None
    """None: by name."""

    @property
    def collections(self) -> frozenset[str]:
        """What is read by key."""
        return frozenset() if self.index else frozenset({self.collection})

    @property
    def indexes(self) -> frozenset[Index]:
        return frozenset({self.index} if self.index else ())

    def find(self, asked: Any, namespace: str, reader: Reader) -> "Found | Failure":
        """The resources under what an expression made: text, a list of texts, or null."""
        values = texts(asked)
        if values is None:
            return Failure("its value is neither text nor a list of texts")
        found: dict[Key, Resource] = {}
        complete = True
        for value in dict.fromkeys(values):
            some = tuple(self._look(value, namespace, reader))
            complete = complete and bool(some)
            found.update((each.key, each) for each in some)
        return Found(tuple(found[key] for key in sorted(found)), complete)

    def _look(self, value: str, namespace: str, reader: Reader) -> Iterable[Resource]:
        if self.index is not None:
            return reader.find(self.index, value)
        found = reader.get(self._key(value, namespace))
        return () if found is None else (found,)

    def _key(self, value: str, namespace: str) -> Key:
        if not self.namespaced:
            return Key(self.collection, "", value)
        before, slash, name = value.rpartition("/")
        return Key(self.collection, before if slash else namespace, name)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up has found."""

    resources: tuple[Resource, ...]
    """Each once, sorted by key."""
    complete: bool
    """Whether there was something under each value."""


def index(collection: str, by: Expression) -> Index:
    """The index under the values that an expression makes of each resource.

    It has the same name wherever it is made of the same text, so that policies share it.
    """
    tree = looked_at([by.text])

    def values(resource: Resource, document: Document) -> Iterator[str]:
        given = Given({ROOT: project(manifest(resource, document), tree)})
        made = by.evaluate(given)
        if isinstance(made, Failure):
            if made.missing:
                return iter(())  # the field is optional, and not there
            raise EvaluationError(made.problem)
        found = texts(made)
        if found is None:
            raise EvaluationError("it is neither text nor a list of texts")
        return iter(found)

    return Index(f"policy: {collection} by {by.text}", collection, values)


def texts(made: Any) -> list[str] | None:
    """A value as what is looked for; numbers and truth in the form that JSON gives them."""
    if made is None:
        return []
    found = [_text(each) for each in (made if isinstance(made, list) else [made])]
    return None if None in found else [each for each in found if each is not None]


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
