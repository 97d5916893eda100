"""Small stages that change, derive, drop, read and judge as the resources themselves ask for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Diagnostic, Document, Key, Kind, Kinds, Level, Resource
from pipeline.stage import Index, Inquiry, Joined, Outcome, Reader, Stage

APPS, FACTS = "test/App", "test/Fact"


def tags(_resource: Resource, document: Document) -> Iterable[str]:
    return [str(tag) for tag in document.body.get("tags", ())]


BY_TAG = Index("app-by-tag", APPS, tags)


def rebuild(resource: Resource, key: Key, body: Any) -> Resource:
    return Resource.build(key, resource.api_version, body=body)


class Plain:
    """A stage for apps and facts that declares whatever it may read."""

    collections = frozenset({APPS, FACTS})
    indexes = frozenset({BY_TAG})

    def __init__(self, name: str) -> None:
        self.name = name

    def handles(self, collection: str) -> bool:
        return collection in (APPS, FACTS)


class Derive(Plain):
    """`to`: moves to that namespace; `copies`: derives those names too; `drop`: is taken out."""

    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        body, key = document.body, resource.key
        if body.get("drop"):
            return Outcome(())
        kept = {name: item for name, item in body.items() if name not in ("to", "copies")}
        moved = key._replace(namespace=body.get("to", key.namespace))
        names = [moved.name, *body.get("copies", ())]
        keys = dict.fromkeys(moved._replace(name=name) for name in names)
        made = tuple(rebuild(resource, one, {**kept, "by": key.name}) for one in keys)
        return Outcome(made if {"to", "copies"} & body.keys() else (resource,))


class Gather(Plain):
    """`give`: shares in apps of those names, which are the sum of all shares; `drop` as above."""

    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        body, key = document.body, resource.key
        keys = dict.fromkeys(Key(APPS, "a", name) for name in body.get("give", ()))
        shares = (rebuild(resource, one, {"value": body.get("value", 0)}) for one in keys)
        given = tuple(share for share in shares if share.key != key)
        return Outcome(() if body.get("gone") else (resource,), (), given)

    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        values = {giver: share.document().body["value"] for giver, share in shares.items()}
        total = sum(values.values())
        if not total:
            return Joined(None)
        odd = [giver for giver, value in values.items() if value == 1]
        found = [Diagnostic("T4", Level.ERROR, f"{key} is odd.", giver) for giver in odd]
        made = Resource.build(key, "test/v1", body={"value": total, "tags": ["red"]})
        return Joined(made, tuple(found))


class Include(Plain):
    """`include`: takes over the value of another resource, or says that it is not there."""

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        wanted = document.body.get("include")
        if wanted is None:
            return Outcome((resource,))
        found = reader.get(Key(*wanted))
        if found is None:
            missing = Diagnostic("T1", Level.ERROR, f"{wanted} is missing.", resource.key)
            return Outcome((resource,), (missing,))
        body = {**document.body, "value": found.document().body.get("value", 0)}
        return Outcome((rebuild(resource, resource.key, body),))


class Judge(Plain):
    """`find`: reports how many apps have that tag; `needs`: whether a collection holds any."""

    only_judges = True
    only_made = False

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        return Outcome((resource,), tuple(self._judge(resource.key, document.body, reader)))

    def _judge(self, key: Key, body: Any, reader: Reader) -> Iterator[Diagnostic]:
        for tag in body.get("find", ()):
            found = reader.find(BY_TAG, tag)
            names = [str(one.key) for one in found]
            related = tuple(one.key for one in found)
            yield Diagnostic("T2", Level.WARNING, f"{tag}: {names}.", key, related=related)
        for collection in body.get("needs", ()):
            if not reader.holds(collection):
                yield Diagnostic("T3", Level.ERROR, f"No {collection}.", key)


def stages() -> tuple[Stage, ...]:
    """Judges, changers and derivers, with readers before and after each other."""
    made = Judge("judge/made")
    made.only_made = True
    return (
        Judge("judge/before"),
        Derive("derive/first"),
        Gather("gather"),
        Include("include"),
        Judge("judge/between"),
        Derive("derive/second"),
        Judge("judge/after"),
        made,
        Judge("judge/last"),
    )


Change = dict[Key, Resource | None]


@pytest.fixture(scope="session")
def app() -> Callable[..., Resource]:
    """An app by name (or another key) with a body."""

    def make(name: str, *, collection: str = APPS, namespace: str = "a", **body: Any) -> Resource:
        return Resource.build(Key(collection, namespace, name), "test/v1", body=body)

    return make


@pytest.fixture(scope="session")
def engine_of() -> Callable[..., Engine]:
    """A fresh engine over some stages; by default all those of this file."""

    def make(
        chosen: Sequence[Stage] | None = None,
        *,
        inquiries: tuple[Inquiry, ...] = (),
        observed: bool = False,
        **settings: Any,
    ) -> Engine:
        facts = Kind("test", "Fact", "v1", observed=observed)
        kinds = Kinds((Kind("test", "App", "v1"), facts))
        environment = Environment(
            EnvironmentSpec(), kinds, tuple(stages() if chosen is None else chosen), inquiries
        )
        return Engine(environment, **settings)

    return make


@pytest.fixture(scope="session")
def put() -> Callable[..., Change]:
    """Changes that set these resources."""

    def make(*resources: Resource) -> Change:
        return {resource.key: resource for resource in resources}

    return make


@pytest.fixture(scope="session")
def state() -> Callable[[Engine], Any]:
    """All that can be seen of an engine; blames too, which equality of findings leaves out."""

    def look(engine: Engine) -> Any:
        found = list(engine.findings())
        return {
            "inputs": dict(engine.inputs),
            "outputs": dict(engine.outputs),
            "size": len(engine.outputs),
            "findings": found,
            "blames": [finding.blames for finding in found],
            "of": {key: engine.findings_of(key) for key in engine.inputs},
            "parents": {key: engine.parents(key) for key in engine.outputs},
        }

    return look


@pytest.fixture(scope="session")
def kinds_of_stage() -> dict[str, Any]:
    """The stage classes of this file by name."""
    return {
        "Derive": Derive,
        "Gather": Gather,
        "Include": Include,
        "Judge": Judge,
        "Plain": Plain,
        "BY_TAG": BY_TAG,
    }


@pytest.fixture(scope="session")
def stages_of() -> Callable[[], tuple[Stage, ...]]:
    """All stages of this file, in an order that lets each see what others made."""
    return stages
