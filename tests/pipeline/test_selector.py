"""Label selectors mean what they mean in Kubernetes."""

import pytest

from pipeline.selector import Selector

LABELS = {"app": "web", "tier": "a", "empty": ""}


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier=a", True),
        ("app = web , tier = b", False),
        ("app!=db", True),
        ("none!=db", True),
        ("app!=web", False),
        ("app", True),
        ("none", False),
        ("!none", True),
        ("! app", False),
        ("empty=", True),
        ("tier in (a, b)", True),
        ("tier notin (a,b),app", False),
        ("none notin (a)", True),
        ("none in (a)", False),
        ("in=x", False),
        ("example.com/app!=1", True),
    ],
)
def test_a_selector_selects_by_all_its_parts(text: str, selects: bool) -> None:
    assert Selector.parse(text).matches(LABELS) is selects


@pytest.mark.parametrize("text", ["a=b,", ",", "a b", "a in b", "a=(b)", "=b", "a in (b", "!"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no label selector"):
        Selector.parse(text)
