"""An analyzer sees resources that their schema refuses, and is not upset by them."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.model import Path, Resource
from tests.pipeline.analysis.test_grid import ENVIRONMENT, EVERYTHING

ODD: list[Any] = [None, True, -1, 1.5, "", "*", "://[", [], {}, [[{}]], {"name": [1]}, [None, 1]]


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


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_is_misshapen_is_passed_over(data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(EVERYTHING), min_size=1, max_size=30, unique_by=id))
    held = {each.key: each for each in some}
    for resource in some:
        if body := list(places(resource.document().body)):
            path = data.draw(st.sampled_from(body))
            held[resource.key] = with_odd(resource, path, data.draw(st.sampled_from(ODD)))
    assert Engine(ENVIRONMENT).apply(held).defects == ()
