"""Lists of type `set` and `map`: no item twice.

As in apiextensions-apiserver (pkg/apiserver/schema/listtype): compound items are compared whole;
items of a map by their keys, where a missing key is one value like any other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.model import Path
from pipeline.model.messages import schema as messages
from pipeline.schema import phrases
from pipeline.schema.problems import Problem
from pipeline.schema.vocabulary import LIST_KEYS, LIST_TYPE


def is_judged(schema: Mapping[str, Any]) -> bool:
    """Whether items of this list may not be there twice."""
    return schema.get(LIST_TYPE) in ("set", "map")


def repeated(items: list[Any], schema: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """The items that are there before; each of several equal ones only once."""
    if schema[LIST_TYPE] == "set":
        yield from _twice(items, at)
        return
    keys = schema.get(LIST_KEYS) or ()
    for index, item in enumerate(items):
        if item is not None and not isinstance(item, dict):
            facts = {"expected": "a mapping, as an item of a list of type map"}
            yield Problem(messages.WRONG_TYPE, (*at, index), facts, item)
            return
    yield from _twice([_keys(item or {}, keys) for item in items], at)


def _keys(item: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: item[key] for key in keys if key in item}


def _twice(items: Sequence[Any], at: Path) -> Iterator[Problem]:
    counts: dict[str, int] = {}
    for index, item in enumerate(items):
        text = json.dumps(item, sort_keys=True)
        counts[text] = counts.get(text, 0) + 1
        if counts[text] == 2:
            facts = {"item": phrases.cut(text)}
            yield Problem(messages.REPEATED_ITEM, (*at, index), facts, item)
