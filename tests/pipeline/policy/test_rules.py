"""A policy's rule holds, is broken, or cannot be evaluated."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.stage import Outcome, Stage

Judge = Callable[..., tuple[Diagnostic, ...]]
BuildStages = Callable[[list[dict[str, Any]]], tuple[Stage, ...]]


@pytest.mark.parametrize(
    "rule",
    [
        "object.apiVersion == 'networking.istio.io/v1' && object.kind == 'VirtualService'",
        "object.metadata.name == 'reviews' && object.metadata.namespace == 'shop'",
        "object.metadata.labels.app == 'reviews'",
        "object.metadata.annotations['note'].startsWith('object')",
        "object.spec.hosts.exists(h, h.endsWith('.com'))",
        "object.spec.retries + 1 == 4 && object.spec.ratio < 1.0",
        "!has(object.spec.tls) || object.spec.tls.mode == 'SIMPLE'",
        "object.metadata.name.upperAscii() == 'REVIEWS'",
        "size(object.spec) == 3",
    ],
)
def test_a_rule_sees_the_whole_manifest(judge: Judge, rule: str) -> None:
    assert judge(rule) == ()


def test_a_broken_rule_is_reported_with_policy_level_and_place(
    judge: Judge, resource: Resource
) -> None:
    (found,) = judge(
        "object.spec.hosts.all(h, !h.endsWith('.com'))", level="warning", path="spec.hosts[1]"
    )
    assert found.code == "GAL0501"
    assert found.message == "Policy p: The rule is broken."
    assert (found.level, found.key) == (Level.WARNING, resource.key)
    assert found.path == ("spec", "hosts", 1)


def test_a_message_can_be_an_expression(judge: Judge) -> None:
    text = "'%s has %d hosts.'.format([object.metadata.name, size(object.spec.hosts)])"
    (found,) = judge("false", messageExpression=text)
    assert found.message == "Policy p: reviews has 2 hosts."


def test_a_message_expression_that_fails_falls_back(judge: Judge) -> None:
    (found,) = judge("false", messageExpression="object.spec.none")
    assert found.message == "Policy p: The rule is broken."
    (found,) = judge("false", message="", messageExpression="object.spec.none")
    assert "its message fails: there is no field none" in found.message


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("object.spec.tls.mode == 'SIMPLE'", "there is no field tls; ask has(...tls) first"),
        ("object.metadata.labels['x'] == ''", "there is no field x"),
        ("object.spec.retries", "it makes INT, and true or false is needed"),
        ("object.spec.retries.size() > 1", "o matching overloads"),
        ("object.spec.hosts[7] == ''", "ndex"),
        ("1 / (object.spec.retries - 3) == 0", "divide by zero"),
        ("object.metadata.name.matches('(')", "p"),
        (f"{list(range(120))}.all(a, {list(range(120))}.all(b, a + b >= 0))", "teration"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_says_so_at_the_policys_level(
    judge: Judge, rule: str, says: str
) -> None:
    (found,) = judge(rule, level="info")
    assert (found.code, found.level) == ("GAL0502", Level.INFO)
    assert says in found.message


@pytest.mark.parametrize(
    ("match", "asked"),
    [
        ({}, True),
        ({"kinds": ["vs"]}, True),
        ({"kinds": ["networking.istio.io/*"]}, True),
        ({"kinds": ["Gateway"]}, False),
        ({"namespaces": ["sh*"], "names": ["rev*"], "labels": "app in (a, reviews)"}, True),
        ({"namespaces": ["prod"]}, False),
        ({"names": ["rev"]}, False),
        ({"labels": "!app"}, False),
    ],
)
def test_only_what_matches_is_asked(judge: Judge, match: dict[str, Any], asked: bool) -> None:
    assert bool(judge("false", match=match)) is asked


def test_a_kind_without_group_means_those_of_all_groups(
    build: BuildStages, run: Callable[[Stage, Resource], Outcome]
) -> None:
    given = {"name": "p", "rule": "false", "message": "No.", "match": {"kinds": ["Gateway"]}}
    (stage,) = build([given])
    for group in ("networking.istio.io", "gateway.networking.k8s.io"):
        gateway = Resource.build(Key(f"{group}/Gateway", "a", "b"), f"{group}/v1")
        assert len(run(stage, gateway).diagnostics) == 1


def test_a_cluster_scoped_resource_has_no_namespace(
    build: BuildStages, run: Callable[[Stage, Resource], Outcome]
) -> None:
    given = {"name": "p", "rule": "!has(object.metadata.namespace)", "message": "It has."}
    node = Resource.build(Key("core/Namespace", "", "shop"), "v1")
    (stage,) = build([given])
    assert run(stage, node).diagnostics == ()


def test_policies_answer_in_the_order_of_the_settings(
    build: BuildStages, resource: Resource, run: Callable[[Stage, Resource], Outcome]
) -> None:
    given = [{"name": name, "rule": "false", "message": "No."} for name in ("b", "c", "a")]
    (stage,) = build(given)
    found = run(stage, resource).diagnostics
    assert [each.message for each in found] == ["Policy b: No.", "Policy c: No.", "Policy a: No."]
