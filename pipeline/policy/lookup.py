"""Looking up other resources: by their names, or by an index that is made of an expression.

Only these two ways are offered because each look is a recorded read: a policy runs again for
exactly the resources that have looked for what has changed, also if they had looked in vain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.expression import ROOT, Expression, Failure, Given, looked_at, project
from pipeline.manifest import manifest
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index, Reader

FAILED = "\0"
"""The index value of resources on which the index's expression fails: whoever looks for anything
looks here too, so that it is told and no resource is missed in silence."""


class Handle:
    """By what the resources of a collection are found, made of an expression."""

    def __init__(self, collection: str, by: Expression) -> None:
        self._by = by
        self._tree = looked_at([by.text])
        self.index = Index(f"policy: {collection} by {by.text}", collection, self._values)
        """Has the same name wherever it is made of the same text, so that policies share it."""

    def read(self, resource: Resource, document: Document) -> "list[str] | Failure":
        """The values of one resource; none where the field that is meant is not there."""
        given = Given({ROOT: project(manifest(resource, document), self._tree)})
        made = self._by.evaluate(given)
        if isinstance(made, Failure):
            return [] if made.missing else made
        found = texts(made)
        return Failure("it is neither text nor a list of texts") if found is None else found

    def _values(self, resource: Resource, document: Document) -> list[str]:
        found = self.read(resource, document)
        return [FAILED] if isinstance(found, Failure) else found


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up has found."""

    resources: tuple[Resource, ...]
    """Each once, sorted by key."""
    complete: bool
    """Whether there was something under each value."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One way from a resource to others."""

    collection: str
    namespaced: bool
    handle: Handle | None
    """None: by name."""

    @property
    def collections(self) -> frozenset[str]:
        """What is read by key."""
        return frozenset() if self.handle else frozenset({self.collection})

    @property
    def indexes(self) -> frozenset[Index]:
        return frozenset({self.handle.index} if self.handle else ())

    def find(self, asked: Any, namespace: str, reader: Reader) -> Found | Failure:
        """The resources under what an expression made: text, a list of texts, or null."""
        values = texts(asked)
        if values is None:
            return Failure("its value is neither text nor a list of texts")
        if self.handle and (failed := reader.find(self.handle.index, FAILED)):
            return _unread(self.handle, failed[0])
        found: dict[Key, Resource] = {}
        complete = True
        for value in dict.fromkeys(values):
            some = self._look(value, namespace, reader)
            complete = complete and bool(some)
            found.update((each.key, each) for each in some)
        return Found(tuple(found[key] for key in sorted(found)), complete)

    def _look(self, value: str, namespace: str, reader: Reader) -> tuple[Resource, ...]:
        if self.handle:
            return reader.find(self.handle.index, value)
        found = reader.get(self._key(value, namespace))
        return () if found is None else (found,)

    def _key(self, value: str, namespace: str) -> Key:
        if not self.namespaced:
            return Key(self.collection, "", value)
        before, slash, name = value.rpartition("/")
        return Key(self.collection, before if slash else namespace, name)


def texts(made: Any) -> list[str] | None:
    """A value as what is looked for; numbers and truth in the form that JSON gives them."""
    if made is None:
        return []
    several: Iterable[Any] = made if isinstance(made, list) else [made]
    found = [_text(each) for each in several]
    return None if None in found else [each for each in found if each is not None]


def _unread(handle: Handle, resource: Resource) -> Failure:
    read = handle.read(resource, resource.document())
    problem = read.problem if isinstance(read, Failure) else ""
    return Failure(f"by cannot be evaluated on {resource.key}: {problem}")


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None
