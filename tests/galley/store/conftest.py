"""Stores in a folder, and a quick way to publish into them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from galley.store.builtin import open_store
from galley.store.sql import SqlStore
from galley.store.values import Commit, Counts, InputChange, Version, VersionKind
from pipeline.model import Buckets, Key, Origin, Resource

ENVIRONMENT = b"environment"
Publish: TypeAlias = Callable[[SqlStore, Mapping[str, str | None]], Version]


def publish_into(store: SqlStore, changes: Mapping[str, str | None]) -> Version:
    """Names to the text that they hold from now on, or None; inputs and outputs alike."""
    head = store.head()
    number = head.number if head else 0
    resources = {
        key_of(name): None if text is None else resource(name, text)
        for name, text in changes.items()
    }
    held = dict(store.outputs(number)) if number else {}
    held |= {key: found.digest for key, found in resources.items() if found}
    held = {key: digest for key, digest in held.items() if resources.get(key, digest) is not None}
    commit = Commit(
        expected_head=number,
        kind=VersionKind.PUBLISH,
        digest=Buckets((key.hash, digest) for key, digest in held.items()).digest(),
        environment=hashlib.sha256(ENVIRONMENT).digest(),
        environment_content=ENVIRONMENT,
        outputs=resources,
        inputs=[_input(key, found) for key, found in resources.items()],
        author="galley",
        reason="",
        cause={"sources": []},
        counts=Counts(resources=len(held)),
        time=1_700_000_000.0 + number,
    )
    return store.commit(commit)


def key_of(name: str) -> Key:
    return Key("core/ConfigMap", "default", name)


def resource(name: str, text: str) -> Resource:
    return Resource.build(key_of(name), "v1", body={"data": {"text": text}})


def _input(key: Key, found: Resource | None) -> InputChange:
    locator = f"{key.name}.yaml"
    return InputChange("files", locator, key, found, Origin("files", "", locator, 1))


@pytest.fixture
def publish() -> Publish:
    return publish_into


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[SqlStore]:
    opened = open_store(folder, "mesh")
    yield opened
    opened.close()
