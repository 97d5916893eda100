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
        ({"²": "true"}, "GAL0510", "at ²: the field is not known"),
        ({"name": "No Name"}, "GAL0510", "at name"),
        ({"match": {"label": ""}}, "GAL0510", "match.label: the field is not known; did you mean"),
        ({"match": {"namespace_labels": "a=(b"}}, "GAL0510", "is no label selector"),
        ({"rule": "oldObject == null"}, "GAL0511", "undeclared reference to 'oldObject' (line 1"),
        ({"matchConditions": [{"name": "c", "expression": "1"}]}, "GAL0511", "The condition c of"),
        ({"matchConditions": [{"name": "c", "cel": "1"}]}, "GAL0510", "matchConditions.0.cel"),
        ({"params": ["a"]}, "GAL0510", "at params: Input should be a valid dictionary"),
        ({"params": {"a b": 1}}, "GAL0510", "'a b' is no name for a parameter"),
        ({"params": {"a": {1: 2}}}, "GAL0510", "a: the map key 1 is not text"),
        ({"params": {"max": 1}, "rule": "params.maxi > 1"}, "GAL0511", "maxi; did you mean max"),
        ({"rule": "params.max > 1"}, "GAL0511", "undeclared reference to 'params.max'"),
        ({"paramsFrom": {"name": "a", "field": ""}}, "GAL0510", "a field has to be named"),
        ({"paramsFrom": {"name": "a", "field": "a[0]"}}, "GAL0510", "cannot be in a list"),
        ({"paramsFrom": {"name": "a", "kind": "Confg"}}, "GAL0510", "paramsFrom.kind: no kind is"),
        (
            {"paramsFrom": {"name": "a", "namespace": "b", "kind": "Namespace"}},
            "GAL0510",
            "at paramsFrom.namespace: Namespace is in no namespace",
        ),
        ({"exemptions": [{"reason": "r", "match": {}}]}, "GAL0510", "which resources are exempt"),
        ({"exemptions": [{"match": {"names": ["a"]}}]}, "GAL0510", "exemptions.0.reason"),
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


LOOK = {"name": "gateways", "kind": "VirtualService", "value": "object.spec.gateways"}


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        ({"kind": "Gateway"}, "GAL0510", "write gateway.networking.k8s.io/Gateway or networking."),
        ({"kind": "VirtualServce"}, "GAL0510", "called VirtualServce; did you mean VirtualService"),
        ({"kind": "a/b/c"}, "GAL0510", "written with its group, as example.com/Thing"),
        ({"by": "object."}, "GAL0511", "The by of look-up gateways of policy p does not compile"),
        ({"by": "variables.a"}, "GAL0511", "undeclared reference to 'variables.a'"),
        ({"value": "object."}, "GAL0511", "The value of look-up gateways of policy p does not"),
        ({"value": "object.?spec"}, "GAL0511", "makes optional_type<DYN>, and a plain value is"),
        ({"name": "a-b"}, "GAL0510", "lookups.0.name"),
        ({"vale": ""}, "GAL0510", "lookups.0.vale: the field is not known; did you mean value"),
    ],
)
def test_bad_look_ups_are_refused(
    build: BuildStages, given: dict[str, Any], code: str, says: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        build([{**GOOD, "lookups": [{**LOOK, **given}]}])
    assert caught.value.diagnostics[0].code == code
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("lookups.routes == []", "undeclared reference to 'lookups.routes'"),
        ("lookups.gateways > 1", "'_>_' applied to '(list(dyn), int)'"),
        ("variables.hosts == 1", "'_==_' applied to '(list(dyn), int)'"),
    ],
)
def test_rules_are_checked_against_the_types_of_names(
    build: BuildStages, rule: str, says: str
) -> None:
    hosts = {"name": "hosts", "expression": "object.spec.hosts.map(h, h)"}
    with pytest.raises(PolicyError, match=r"The rule of policy p does not compile") as caught:
        build([{**GOOD, "rule": rule, "lookups": [LOOK], "variables": [hosts]}])
    assert says in str(caught.value)


def test_a_circle_is_told_with_all_its_names(build: BuildStages) -> None:
    look = {**LOOK, "value": "variables.b"}
    variables = [
        {"name": "a", "expression": "size(lookups.gateways)"},
        {"name": "b", "expression": "variables.a + 1"},
    ]
    with pytest.raises(PolicyError) as caught:
        build([{**GOOD, "rule": "variables.a == 1", "lookups": [look], "variables": variables}])
    (found,) = caught.value.diagnostics
    assert found.code == "GAL0530"
    for name in ("variables.b -> variables.a", "variables.a -> lookups.gateways"):
        assert name in found.message


def test_what_is_wrong_has_its_place_in_the_settings(build: BuildStages) -> None:
    variables = [{"name": "a", "expression": "1"}, {"name": "b", "expression": "("}]
    with pytest.raises(PolicyError) as caught:
        build([GOOD, {**GOOD, "name": "q", "variables": variables}, GOOD])
    places = [each.path for each in caught.value.diagnostics]
    assert places == [("policies", 1, "variables", 1, "expression"), ("policies", 2, "name")]


def test_a_policy_that_reads_leaves_the_others_their_stage(build: BuildStages) -> None:
    """Whoever judges resources by themselves asks the stages that read nothing."""
    reading = {**GOOD, "name": "q", "rule": "namespaceObject == null"}
    idle = {**GOOD, "name": "r", "lookups": [LOOK]}
    plain, other = build([reading, GOOD, idle])
    assert (plain.name, len(plain.collections), len(plain.indexes)) == ("policy", 0, 0)
    assert other.name == "policy/q"
    assert other.collections == {"core/Namespace"}
