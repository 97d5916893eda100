"""What tests of single stages share: run one stage on one resource, without an engine."""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings

from pipeline.model import Key, Resource
from pipeline.stage import Index, Outcome, Stage, UndeclaredReadError

# a shared machine is slow at times, which says nothing about the code
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

Run: TypeAlias = Callable[[Stage, Resource], Outcome]


class RefusingReader:
    """Nothing is declared, so nothing may be read."""

    def get(self, key: Key) -> Resource | None:
        raise UndeclaredReadError("under test", str(key))

    def find(self, index: Index, value: str) -> tuple[Resource, ...]:
        raise UndeclaredReadError("under test", index.name)

    def holds(self, collection: str) -> bool:
        raise UndeclaredReadError("under test", collection)


@pytest.fixture
def run() -> Run:
    """Run a stage that reads no other resource."""
    return lambda stage, resource: stage.run(resource, resource.document(), RefusingReader())
