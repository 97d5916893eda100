"""A schema set made of the files in `tests/data/schemas`, and a way to ask it about a body."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline import schema
from pipeline.model import Diagnostic, Key, Resource
from pipeline.schema import SchemaSet, SchemaText
from pipeline.stage import Outcome, Stage

DATA = Path(__file__).parents[2] / "data" / "schemas"

Check: TypeAlias = Callable[[dict[str, Any]], tuple[Diagnostic, ...]]


@pytest.fixture(scope="session")
def texts() -> dict[str, SchemaText]:
    """The schema files by name."""
    return {path.name: SchemaText(path.name, path.read_text()) for path in sorted(DATA.iterdir())}


@pytest.fixture(scope="session")
def schemas(texts: dict[str, SchemaText]) -> SchemaSet:
    """All of them, built."""
    return schema.build(tuple(texts.values()))


@pytest.fixture
def check(schemas: SchemaSet, run: Callable[[Stage, Resource], Outcome]) -> Check:
    """What the schema stage says about a Route with this spec."""
    key = Key("test.galley.dev/Route", "default", "main")

    def ask(spec: dict[str, Any]) -> tuple[Diagnostic, ...]:
        route = Resource.build(key, "test.galley.dev/v1", body={"spec": spec})
        return run(schemas.stage, route).diagnostics

    return ask
