"""Resources as they are written, analyzed by the environment that users get."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from pipeline.analysis import Analyzer
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from pipeline.model.kind import collection_of, split_api_version

Change = dict[Key, Resource | None]


def read(text: str) -> Iterator[Resource]:
    """The resources of a few YAML documents, without anything that a source would check."""
    for document in yaml.safe_load_all(text):
        group, _ = split_api_version(document["apiVersion"])
        meta = document["metadata"]
        collection = collection_of(group, document["kind"])
        key = Key(collection, meta.get("namespace", "shop"), meta["name"])
        body = {k: v for k, v in document.items() if k not in ("apiVersion", "kind", "metadata")}
        labels, annotations = meta.get("labels"), meta.get("annotations")
        yield Resource.build(
            key, document["apiVersion"], labels=labels, annotations=annotations, body=body
        )


@pytest.fixture(scope="session")
def resources() -> Callable[[str], Change]:
    """Changes that set what some YAML documents hold; namespace `shop` where none is given."""
    return lambda text: {resource.key: resource for resource in read(text)}


@pytest.fixture(scope="session")
def engine_of() -> Callable[..., Engine]:
    """An engine over a whole environment; keyword arguments are its settings."""

    def make(*, plugins: tuple[Analyzer, ...] = (), **settings: Any) -> Engine:
        spec = EnvironmentSpec(unknown_kinds="accept", **settings)
        return Engine(Environment.build(spec, plugins=plugins))

    return make
