"""On which resources a policy is asked: conditions and exemptions; how serious a finding is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline import policy
from pipeline.model import Diagnostic, Kinds, Level, Resource
from pipeline.stage import Outcome, Stage

Judge = Callable[..., tuple[Diagnostic, ...]]

TRUE, FALSE, FAILS = (
    {"name": text, "expression": text} for text in ("true", "false", "object.spec.none")
)


@pytest.mark.parametrize(
    ("conditions", "codes"),
    [
        ([TRUE, {**TRUE, "name": "also"}], ["GAL0501"]),
        ([TRUE, FALSE], []),
        ([FAILS, FALSE], []),
        ([FALSE, FAILS], []),
        ([FAILS, TRUE], ["GAL0502"]),
    ],
)
def test_a_policy_applies_where_all_conditions_are_true(
    judge: Judge, conditions: list[Any], codes: list[str]
) -> None:
    assert [each.code for each in judge("false", matchConditions=conditions)] == codes


def test_a_condition_that_fails_is_named(judge: Judge) -> None:
    (found,) = judge("true", matchConditions=[{**FAILS, "name": "routed"}], level="warn")
    assert "condition routed fails: there is no field none" in found.message
    assert found.level is Level.WARNING


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("deny", Level.ERROR),
        ("error", Level.ERROR),
        ("warn", Level.WARNING),
        ("warning", Level.WARNING),
        ("audit", Level.INFO),
        ("info", Level.INFO),
    ],
)
def test_levels_have_two_words_each(judge: Judge, word: str, level: Level) -> None:
    (found,) = judge("false", level=word)
    assert found.level is level


def test_variables_are_asked_only_where_they_are_needed(judge: Judge) -> None:
    variables = [
        {"name": "mode", "expression": "object.spec.tls.mode"},
        {"name": "secure", "expression": "variables.mode == 'MUTUAL'"},
        {"name": "hosts", "expression": "object.spec.hosts.filter(h, h != 'reviews')"},
    ]
    assert judge("!has(object.spec.tls) || variables.secure", variables=variables) == ()
    assert judge("size(variables.hosts) == 1", variables=variables) == ()
    (found,) = judge("has(object.spec.tls) || variables.secure", variables=variables)
    assert found.code == "GAL0502"
    assert "variables.secure fails: variables.mode fails: there is no field tls" in found.message


def test_a_message_sees_all_that_the_rule_sees(judge: Judge) -> None:
    (found,) = judge(
        "variables.n < params.most",
        params={"most": 2},
        variables=[{"name": "n", "expression": "size(object.spec.hosts)"}],
        messageExpression="'%d of %d: %s.'.format([variables.n, params.most, object.kind])",
    )
    assert found.message == "Policy p: 2 of 2: VirtualService."


ONE = {"names": ["reviews"], "namespaces": ["shop"]}


@pytest.mark.parametrize(
    ("rule", "match", "codes"),
    [
        ("false", {"names": ["rev*"]}, []),
        ("object.spec.none", {"labels": "app"}, []),
        ("false", {"names": ["other"]}, ["GAL0501"]),
        ("false", ONE, []),
        ("object.spec.none", ONE, []),
        ("true", ONE, ["GAL0534"]),
        ("true", {"names": ["rev*"], "namespaces": ["shop"]}, []),
    ],
)
def test_an_exemption_excuses_until_it_is_not_needed(
    judge: Judge, rule: str, match: dict[str, Any], codes: list[str]
) -> None:
    exemptions = [{"match": match, "reason": "The move."}]
    assert [each.code for each in judge(rule, exemptions=exemptions)] == codes


@pytest.mark.parametrize(("expires", "excused"), [("2026-06-02", True), ("2026-06-01", False)])
def test_an_exemption_ends(
    kinds: Kinds,
    resource: Resource,
    run: Callable[[Stage, Resource], Outcome],
    expires: str,
    excused: bool,
) -> None:
    exemptions = [{"match": ONE, "reason": "The move.", "expires": expires}]
    given = {"name": "p", "rule": "false", "message": "No.", "exemptions": exemptions}
    agenda = policy.Agenda(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
    (stage,) = policy.build([given], kinds, agenda)
    assert (run(stage, resource).diagnostics == ()) is excused
    assert agenda.expired == (set() if excused else {"Exemption 1 from policy p"})
