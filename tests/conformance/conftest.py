"""Rigs for stores: each engine as an address, and a book that publishes and remembers."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest

from galley.store import values
from galley.store.builtin import open_store
from galley.store.sql import SqlStore
from pipeline.model import Buckets, Key, Origin, Resource

ENVIRONMENT = b"environment"
START = 1_700_000_000.0


class Book:
    """Publishes to a store and remembers, in plain dicts, what every version must hold."""

    def __init__(self, store: SqlStore, source: str = "files") -> None:
        self.store = store
        self.source = source
        self.now = START
        self.number = 0
        self.outputs: dict[int, dict[Key, bytes]] = {0: {}}
        self.inputs: dict[int, dict[tuple[str, str, Key], bytes]] = {0: {}}
        self.digests: dict[int, bytes] = {}

    def publish(self, changes: Mapping[str, int | None], **given: object) -> values.Version:
        """A version in which these names have these generations, or are gone."""
        resources = {
            self.key(name): None if gen is None else self.resource(name, gen)
            for name, gen in changes.items()
        }
        return self.commit(resources, resources, **given)

    def commit(
        self,
        outputs: Mapping[Key, Resource | None],
        inputs: Mapping[Key, Resource | None],
        **given: object,
    ) -> values.Version:
        """A version with these changes to outputs and inputs."""
        now_held = _changed(self.outputs[self.number], outputs)
        spots = {(self.source, self.locator(key), key): found for key, found in inputs.items()}
        now_made = _changed(self.inputs[self.number], spots)
        commit = self.draft(outputs, inputs, digest=set_digest(now_held), **given)
        version = self.store.commit(commit)
        self.number = version.number
        self.outputs[self.number], self.inputs[self.number] = now_held, now_made
        self.digests[self.number] = version.digest
        return version

    def draft(
        self,
        outputs: Mapping[Key, Resource | None],
        inputs: Mapping[Key, Resource | None],
        **given: object,
    ) -> values.Commit:
        """The commit of a version, not yet made."""
        self.now += 1.0
        fixed = {
            "expected_head": self.number,
            "kind": values.VersionKind.PUBLISH,
            "digest": bytes(32),
            "environment": hashlib.sha256(ENVIRONMENT).digest(),
            "environment_content": ENVIRONMENT,
            "author": "galley",
            "reason": "",
            "cause": {"sources": []},
            "counts": values.Counts(),
            "time": self.now,
        }
        changes = [
            values.InputChange(
                self.source, self.locator(key), key, found, self.origin(key) if found else None
            )
            for key, found in inputs.items()
        ]
        return values.Commit(**{**fixed, "outputs": outputs, "inputs": changes, **given})  # type: ignore[arg-type]  # put together by name

    def key(self, name: str) -> Key:
        return Key("core/ConfigMap", "default", name)

    def resource(self, name: str, generation: int, *, pad: str = "") -> Resource:
        body = {"data": {"generation": str(generation), "pad": pad}}
        return Resource.build(self.key(name), "v1", body=body)

    def locator(self, key: Key) -> str:
        return f"{key.name}.yaml"

    def origin(self, key: Key) -> Origin:
        return Origin(self.source, "", self.locator(key), 1)


def _changed(held: Mapping, changes: Mapping) -> dict:  # type: ignore[type-arg]  # of either kind
    now = {**held, **{at: found.digest for at, found in changes.items() if found}}
    return {at: digest for at, digest in now.items() if changes.get(at, held) is not None}


def set_digest(outputs: Mapping[Key, bytes]) -> bytes:
    return Buckets((key.hash, digest) for key, digest in outputs.items()).digest()


_channels = count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where stores are, once for each engine."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return str(tmp_path / "data")


@pytest.fixture
def channel() -> str:
    """A channel that no other test has."""
    return f"channel-{next(_channels)}.x"


@pytest.fixture
def opened(address: str, channel: str) -> Iterator[Callable[..., SqlStore]]:
    """Opens the store of this test; closes what is still open at its end."""
    stores: list[SqlStore] = []

    def open_it(**given: object) -> SqlStore:
        stores.append(open_store(address, channel, **given))  # type: ignore[arg-type]  # by name
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[..., SqlStore]) -> SqlStore:
    return opened()


@pytest.fixture
def book(store: SqlStore) -> Book:
    return Book(store)


@pytest.fixture
def make_book() -> type[Book]:
    """For a test that opens stores itself."""
    return Book
