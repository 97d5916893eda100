"""What a stage is: a pure function from one resource, and what it may read, to an outcome.

The engine runs stages over the resources that changed and over those whose recorded reads a change
touches; everything it needs to know for that is declared here. A stage keeps no state and does no
I/O; the same resource and the same reads give the same outcome.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from pipeline.model import Diagnostic, Document, Key, Resource


@dataclass(frozen=True, slots=True)
class Index:
    """A named index over one collection: a pure function from resource to index values."""

    name: str
    """Unique in an environment: `gateway-by-host`."""
    collection: str
    values: Callable[[Resource, Document], Iterable[str]] = field(compare=False)
    """The values under which a resource is found; none: it is not in the index."""


class Reader(Protocol):
    """What a stage sees besides its resource; every read, also an empty one, is recorded."""

    def get(self, key: Key) -> Resource | None:
        """The resource with this key as the stages before left it, or None.

        Raises:
            UndeclaredReadError: the stage did not declare the key's collection.
        """

    def find(self, index: Index, value: str) -> tuple[Resource, ...]:
        """The resources that the index lists under this value, sorted by key.

        Raises:
            UndeclaredReadError: the stage did not declare the index.
        """

    def holds(self, collection: str) -> bool:
        """Whether there is any resource of the collection: one read, however many there are.

        Raises:
            UndeclaredReadError: the stage did not declare the collection.
        """


class UndeclaredReadError(RuntimeError):
    """A stage read what it had not declared: a defect of the stage, not of the configuration."""

    def __init__(self, stage: str, what: str) -> None:
        super().__init__(f"stage {stage!r} read {what!r} without declaring it")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage makes of one resource."""

    resources: tuple[Resource, ...]
    """The resource itself where nothing changed; several where others are derived from it; none
    where it is taken out. A derived resource's parent is the one that the stage was run on."""
    diagnostics: tuple[Diagnostic, ...] = ()
    shares: tuple[Resource, ...] = ()
    """What it gives to resources that several make together (`Joins`): each has the key of the one
    that is made of all shares of that key, and a body that only the stage understands."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a stage makes of all shares of one key."""

    resource: Resource | None
    """With that key; its parents are all who gave a share. None: the shares come to nothing."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Each on one of those who gave a share."""


@runtime_checkable
class Joins(Protocol):
    """What a stage has besides, if its outcomes have shares.

    So it makes one resource of many, such as a route table of a host that several resources route,
    at the cost of those that have a part in it: a run sees none of the others.
    """

    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        """One resource from the shares by who gave them, in order of the keys; pure as `run` is."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of the outputs from outside, such as what a change affects: no step of the
    pipeline, so it declares what the answer reads, and the engine has the indexes ready."""

    name: str
    collections: frozenset[str]
    """Collections that the answer may `get` from."""
    indexes: frozenset[Index]
    """Indexes that it may `find` in."""


class Stage(Protocol):
    """One step of the pipeline."""

    @property
    def name(self) -> str:
        """Unique in an environment, shown by `galley trace`: `schema`, `transform/owner-label`."""

    @property
    def collections(self) -> frozenset[str]:
        """Collections that the stage may `get` from."""

    @property
    def indexes(self) -> frozenset[Index]:
        """Indexes that the stage may `find` in."""

    def handles(self, collection: str) -> bool:
        """Whether resources of this collection pass through the stage."""

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        """Judge or change one resource; `document` is the resource decoded, read-only."""


def only_judges(stage: Stage) -> bool:
    """Whether the stage promises never to change what passes through it.

    A stage says so by an attribute `only_judges = True`. Such stages share tables and indexes with
    their neighbours; the engine holds them to the promise.
    """
    return bool(getattr(stage, "only_judges", False))


def only_derives(stage: Stage) -> bool:
    """Whether the stage promises to pass its resource on as it is, with others derived beside it.

    A stage says so by an attribute `only_derives = True`; the engine holds it to the promise.
    """
    return bool(getattr(stage, "only_derives", False))


def only_made(stage: Stage) -> bool:
    """Whether the stage wants only resources that stages before it have changed or derived.

    A stage says so by an attribute `only_made = True`: what passed unchanged was judged before.
    """
    return bool(getattr(stage, "only_made", False))


class Present(Protocol):
    """All that there is in front of a stage, looked at as a whole."""

    def __contains__(self, key: object) -> bool:
        """Whether there is a resource with this key."""

    def holds(self, collection: str) -> bool:
        """Whether there is any resource of the collection."""


def idle_parts(stage: Stage, present: Present) -> Iterable[Diagnostic]:
    """What a stage has to say of the parts of its settings for which there is no resource.

    A stage says so by a method `idle(present)`. It is asked for the whole at once, so it looks up
    keys and collections and nothing else; and only where nothing can be elsewhere.
    """
    idle: Callable[[Present], Iterable[Diagnostic]] | None = getattr(stage, "idle", None)
    return idle(present) if idle else ()


def reads_nothing(stage: Stage) -> bool:
    """Whether a stage looks at its resource alone, as it declares to read nothing else."""
    return not (stage.collections or stage.indexes or isinstance(stage, Joins))
