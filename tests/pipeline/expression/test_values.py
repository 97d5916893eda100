"""What expressions make, as Python has it, however often they make it."""

import sys
from typing import Any

import pytest

from pipeline.expression import Failure, Given, Language, Makes

OBJECT = {"none": None, "list": [None, {"deep": None}]}
TIMES = 2000


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("object.none", None),
        ("object", {"none": None, "list": [None, {"deep": None}]}),
        ("[object.none, 1, 'a', true]", [None, 1, "a", True]),
        ("{'a': object.none}", {"a": None}),
    ],
)
def test_a_null_can_be_made_any_number_of_times(text: str, made: Any) -> None:
    """Each one costs the library a reference to None that is not its own."""
    expression, given = Language().compile(text, "value"), Given({"object": OBJECT})
    assert expression.evaluate(given) == made
    before = sys.getrefcount(None)
    for _ in range(TIMES):
        expression.evaluate(given)
    assert sys.getrefcount(None) > before - TIMES / 2


@pytest.mark.parametrize(("makes", "needed"), [("bool", "true or false"), ("text", "text")])
def test_a_null_is_neither_truth_nor_text(makes: Makes, needed: str) -> None:
    expression, given = Language().compile("object.none", makes), Given({"object": OBJECT})
    before = sys.getrefcount(None)
    for _ in range(TIMES):
        assert expression.evaluate(given) == Failure(f"it makes NULL, and {needed} is needed")
    assert sys.getrefcount(None) > before - TIMES / 2
