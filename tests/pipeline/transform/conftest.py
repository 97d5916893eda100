"""One resource to transform, and a way to build and run one transform."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from pipeline import transform
from pipeline.model import Key, Kinds, Resource
from pipeline.schema import BUILTIN_KINDS
from pipeline.stage import Outcome, Stage

Apply: TypeAlias = Callable[..., Outcome]


@pytest.fixture
def resource() -> Resource:
    return Resource.build(
        Key("networking.istio.io/VirtualService", "shop", "reviews"),
        "networking.istio.io/v1",
        labels={"app": "reviews", "tier": "web"},
        annotations={"note": "kept"},
        body={"spec": {"hosts": ["reviews"], "http": [{"timeout": "5s"}]}},
    )


@pytest.fixture
def apply(run: Callable[[Stage, Resource], Outcome]) -> Apply:
    """Run one transform, given as in the settings, on a resource."""

    def once(resource: Resource, **settings: Any) -> Outcome:
        (stage,) = transform.build([settings], Kinds(BUILTIN_KINDS))
        return run(stage, resource)

    return once
