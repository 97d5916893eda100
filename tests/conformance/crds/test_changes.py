"""Of changes of objects, also of such as could not be made today, our validator says what a real
API server says: what was wrong and stays as it was is tolerated, nothing else."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given

from tests.conformance.crds.conftest import DATA
from tests.conformance.crds.generate import broken_from
from tests.conformance.crds.oracle import Oracle, Subject, differences
from tests.conformance.crds.test_differential import many

LIMITS = ("x-kubernetes-validations", "maximum", "enum", "maxLength")
OLD: Mapping[str, dict[str, Any]] = {
    "good": {"fixed": "a", "grows": 3, "labels": {"x": "yes"}, "short": "ab", "spare": "a"},
    "long": {"fixed": "a", "short": "abcd", "labels": {"x": "abcd", "y": "no"}},
    "ports": {"ports": [{"name": "a", "port": 101}, {"name": "b", "port": 13}, {"name": "c"}]},
    "plain": {"plain": ["abcd", "a"], "spare": "c", "short": "abc"},
    "bare": {},
}


@pytest.fixture(scope="session")
def subject(oracle: Oracle) -> Subject:
    """A kind that has become stricter since the old objects were made."""
    crds = list(yaml.safe_load_all((DATA / "rules.yaml").read_text()))
    strict = next(crd for crd in crds if crd["spec"]["names"]["kind"] == "Change")
    oracle.install(json.loads(json.dumps(strict), object_hook=_loose))
    made = Subject.of(strict)
    for name, spec in OLD.items():
        status, said = oracle.ask("POST", made.path, {**made.head(name), "spec": spec})
        assert status == 201, said
    oracle.install(strict)
    oracle.await_refusal(made, {"spec": {"spare": "unheard-of"}})
    return made


def _loose(node: dict[str, Any]) -> dict[str, Any]:
    return {name: held for name, held in node.items() if name not in LIMITS}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", OLD)
def test_changes(oracle: Oracle, subject: Subject, name: str) -> None:
    old = {"spec": OLD[name]}

    @many(150)
    @given(new=broken_from(old))
    def compare(new: dict[str, Any]) -> None:
        theirs = oracle.change(subject, name, new)
        assert differences(subject.change(old, new, name), theirs) == ""

    compare()


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("good", {**OLD["good"], "fixed": "b"}),
        ("good", {**OLD["good"], "grows": 4}),
        ("good", {**OLD["good"], "grows": 2}),
        ("good", {**OLD["good"], "labels": {"x": "no"}}),
        ("good", {"grows": 30}),
        ("long", {**OLD["long"], "plain": ["a"]}),
        ("long", {**OLD["long"], "labels": {"x": "abcd", "y": "no", "z": "no"}}),
        (
            "ports",
            {"ports": [{"name": "c"}, {"name": "b", "port": 13}, {"name": "a", "port": 101}]},
        ),
        ("ports", {"ports": [{"name": "a", "port": 102}, {"name": "b", "port": 13}]}),
        ("ports", {"ports": [{"name": "a", "port": 101}, {"name": "b", "port": 12}]}),
        ("plain", {**OLD["plain"], "plain": ["abcd", "a", "b"]}),
        ("plain", {**OLD["plain"], "fixed": "a"}),
        ("bare", {"grows": 10}),
    ],
)
def test_chosen_changes(oracle: Oracle, subject: Subject, name: str, spec: dict[str, Any]) -> None:
    theirs = oracle.change(subject, name, {"spec": spec})
    ours = subject.change({"spec": OLD[name]}, {"spec": spec}, name)
    assert differences(ours, theirs) == ""
