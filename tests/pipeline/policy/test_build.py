"""Policy settings that cannot be used are refused with what is wrong and where."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.policy import PolicyError
from pipeline.stage import Stage

BuildStages = Callable[[list[dict[str, Any]]], tuple[Stage, ...]]

GOOD = {"name": "p", "rule": "true", "message": "m"}


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({"rule": "object.spec."}, "GAL0511", "rule of policy p does not compile: Syntax error"),
        ({"rule": "object.spec."}, "GAL0511", "(line 1, column 13)"),
        ({"rule": "true &&\n foo"}, "GAL0511", "undeclared reference to 'foo'"),
        ({"rule": "true &&\n foo"}, "GAL0511", "(line 2, column 2)"),
        ({"rule": "1 + 'a' == 2"}, "GAL0511", "no matching overload"),
        ({"rule": "'text'"}, "GAL0511", "it makes STRING, and true or false is needed"),
        ({"messageExpression": "1"}, "GAL0511", "messageExpression of policy p does not compile"),
        ({"rule": "(" * 50 + "true" + ")" * 50}, "GAL0511", "recursion"),
        ({"message": ""}, "GAL0510", "one of message and messageExpression is needed"),
        ({"level": "fatal"}, "GAL0510", "at level"),
        ({"path": "spec..a"}, "GAL0510", "is no path"),
        ({"rul": "true"}, "GAL0510", "at rul: the field is not known; did you mean rule"),
        ({"name": "No Name"}, "GAL0510", "at name"),
        ({"match": {"label": ""}}, "GAL0510", "match.label: the field is not known; did you mean"),
    ],
)
def test_bad_settings_are_refused(
    build: BuildStages, given: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        build([{**GOOD, **given}])
    assert caught.value.diagnostics[0].code == code
    assert says in str(caught.value)


def test_everything_wrong_in_all_policies_is_named_at_once(build: BuildStages) -> None:
    with pytest.raises(PolicyError) as caught:
        build([{**GOOD, "rule": "("}, {**GOOD, "name": "q", "level": 1}, {}])
    assert [each.code for each in caught.value.diagnostics] == [
        "GAL0511", "GAL0510", "GAL0510", "GAL0510"
    ]  # fmt: skip


def test_two_policies_cannot_share_a_name(build: BuildStages) -> None:
    with pytest.raises(PolicyError, match="Two policies are called p"):
        build([GOOD, GOOD])
