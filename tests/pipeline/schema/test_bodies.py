"""A body is held against its kind's structural schema as the API server does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pipeline import schema
from pipeline.model import Diagnostic, Key, Resource
from pipeline.schema import SchemaText

Check = Callable[[dict[str, Any]], tuple[Diagnostic, ...]]

HOSTS = ["a.b"]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"port": 80},
        {"port": "http"},
        {"mode": "TLS"},
        {"note": None},
        {"match": None},
        {"timeout": None},
        {"timeout": "2ms"},
        {"match": {}},
        {"match": {"exact": "a"}},
        {"labels": {"any": "text"}},
        {"free": {"anything": [1, {"deep": None}]}},
        {"ratio": 0.5},
        {"protocol": None},
        {"serial": 2**31 - 1},
        {"since": "2024-05-01T10:00:00Z"},
        {"template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {}}},
    ],
)
def test_what_the_schema_allows_passes(check: Check, spec: dict[str, Any]) -> None:
    assert check({"hosts": HOSTS, **spec}) == ()


@pytest.mark.parametrize(
    ("spec", "code", "field", "says"),
    [
        ({"hots": []}, "GAL0301", "spec.hots", "did you mean hosts"),
        ({"empty": {"a": 1}}, "GAL0301", "spec.empty.a", "not known for kind Route"),
        ({"match": {"exat": "a"}}, "GAL0301", "spec.match.exat", "did you mean exact"),
        ({"hosts": "a"}, "GAL0303", "spec.hosts", 'must be a list, not "a"'),
        ({"weight": "5"}, "GAL0303", "spec.weight", 'must be a whole number, not "5"'),
        ({"port": []}, "GAL0303", "spec.port", "must be a whole number or text, not []"),
        ({"hosts": [None]}, "GAL0303", "spec.hosts[0]", "must be text, not null"),
        ({"mode": None}, "GAL0304", "spec.mode", "must be one of HTTP, TCP, TLS"),
        ({"timeout": "1us"}, "GAL0308", "spec.timeout", "failed rule: duration(self) >= duration("),
        ({"timeout": "x"}, "GAL0308", "spec.timeout", "type conversion error from 'string'"),
        ({"labels": {"a": 1}}, "GAL0303", "spec.labels.a", "must be text, not 1"),
        ({"weight": 101}, "GAL0304", "spec.weight", "must be at most 100, and is 101"),
        ({"ratio": 0}, "GAL0304", "spec.ratio", "must be more than 0"),
        ({"serial": 2**31}, "GAL0304", "spec.serial", "must be at most 2147483647"),
        ({"mode": "UDP"}, "GAL0304", "spec.mode", "must be one of HTTP, TCP, TLS"),
        ({"hosts": []}, "GAL0304", "spec.hosts", "at least 1 item,"),
        ({"hosts": ["a", "a"]}, "GAL0309", "spec.hosts[1]", 'there twice: "a"'),
        ({"hosts": ["a", "B"]}, "GAL0304", "spec.hosts[1]", 'must match ^[a-z*.-]+$, and is "B"'),
        ({"hosts": ["a" * 21]}, "GAL0304", "spec.hosts[0]", "at most 20 characters"),
        ({"since": "today"}, "GAL0304", "spec.since", "must be written as date-time"),
        ({"match": {"exact": "a", "prefix": "b"}}, "GAL0304", "spec.match", "only one of exact, p"),
        (
            {"template": {"kind": "P"}},
            "GAL0302",
            "spec.template",
            "spec.template.apiVersion is req",
        ),
    ],
)
def test_what_it_does_not_allow_is_reported_at_the_field(
    check: Check, spec: dict[str, Any], code: str, field: str, says: str
) -> None:
    (found,) = check({"hosts": HOSTS, **spec})
    assert (found.code, found.field()) == (code, field)
    assert says in found.message
    assert found.blocking


def test_a_missing_field_is_reported_at_its_parent(check: Check) -> None:
    (found,) = check({})
    assert (found.code, found.path) == ("GAL0302", ("spec",))
    assert "spec.hosts is required" in found.message


def test_every_error_of_a_resource_is_reported_in_order_of_its_path(check: Check) -> None:
    found = check({"hosts": ["A", "B"], "weight": -1, "foo": 1})
    assert [each.field() for each in found] == [
        "spec.foo", "spec.hosts[0]", "spec.hosts[1]", "spec.weight"
    ]  # fmt: skip


def test_more_than_twenty_errors_are_counted_instead_of_listed(check: Check) -> None:
    found = check({"hosts": HOSTS, **{f"x{number}": 1 for number in range(25)}})
    assert len(found) == 21
    assert found[-1].code == "GAL0305"
    assert "5 more" in found[-1].message


def test_a_long_value_is_cut_short(check: Check) -> None:
    (found,) = check({"hosts": HOSTS, "mode": "x" * 500})
    assert len(found.message) < 200


def test_a_rule_for_the_name_is_heard(texts: dict[str, SchemaText], run: Any) -> None:
    crd = yaml.safe_load(texts["routes.yaml"].text)
    stored = crd["spec"]["versions"][-1]["schema"]["openAPIV3Schema"]
    del stored["x-kubernetes-validations"]
    rules = [{"rule": "self != 'main'", "message": "it is taken"}]
    name = {"type": "string", "x-kubernetes-validations": rules}
    stored["properties"]["metadata"]["properties"] = {"name": name}
    stage = schema.build([SchemaText("routes.yaml", json.dumps(crd))]).stage
    route = Resource.build(
        Key("test.galley.dev/Route", "default", "main"),
        "test.galley.dev/v1",
        body={"spec": {"hosts": HOSTS}},
    )
    (found,) = run(stage, route).diagnostics
    assert (found.field(), "it is taken" in found.message) == ("metadata.name", True)


def test_unknown_fields_are_left_out_where_that_is_wanted(
    texts: dict[str, SchemaText], run: Any
) -> None:
    built = schema.build([texts["routes.yaml"]], unknown_fields="prune")
    route = Resource.build(
        Key("test.galley.dev/Route", "default", "main"),
        "test.galley.dev/v1",
        body={"spec": {"hosts": HOSTS, "more": 1, "free": {"any": 1}}, "top": 1},
    )
    (made,) = run(built.stage, route).resources
    assert made.document().body == {
        "spec": {"hosts": HOSTS, "free": {"any": 1}, "protocol": "http"}
    }
