"""An analyzer sees resources that their schema refuses, and is not upset by them."""

import copy
from collections.abc import Iterator
from typing import Any

from pipeline.engine import Engine
from pipeline.model import Path, Resource
from tests.pipeline.analysis.test_grid import ENVIRONMENT, EVERYTHING

ODD: list[Any] = [None, -1, "://[", [], [[{}]], {"name": [1]}]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for step, item in items:
        yield (*path, step)
        if isinstance(item, dict | list):
            yield from places(item, (*path, step))


def with_odd(resource: Resource, path: Path, odd: Any) -> Resource:
    document = resource.document()
    body: Any = copy.deepcopy(document.body)
    at = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = odd
    return Resource.build(
        resource.key,
        resource.api_version,
        labels=document.labels,
        annotations=document.annotations,
        body=body,
    )


def test_what_is_misshapen_is_passed_over() -> None:
    """Every field of every manifest, one after the other, among all the others."""
    engine = Engine(ENVIRONMENT)
    engine.apply({each.key: each for each in EVERYTHING})
    for resource in EVERYTHING:
        for path in places(resource.document().body):
            for odd in ODD:
                changed = with_odd(resource, path, odd)
                assert not engine.apply({resource.key: changed}).defects, (path, odd)
        engine.apply({resource.key: resource})
