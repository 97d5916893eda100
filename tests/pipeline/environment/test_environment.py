"""An environment is data with a digest, and stages made of it."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from typing import Any

import pytest

from pipeline.analysis.builtin import ANALYZERS
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Key, Resource
from pipeline.schema import SchemaText


def crd(kind: str, locator: str | None = None, required: str = "size") -> SchemaText:
    plural = f"{kind.lower()}s"
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "required": [required],
                "properties": {required: {"type": "integer"}},
            }
        },
    }
    text = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.shop.dev"},
        "spec": {
            "group": "shop.dev",
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }
    return SchemaText(locator or f"crds/{plural}.yaml", json.dumps(text))


def resource(kind: str, name: str = "one", **spec: Any) -> Resource:
    return Resource.build(Key(f"shop.dev/{kind}", "a", name), "shop.dev/v1", body={"spec": spec})


LABEL = {"name": "owner", "type": "labels", "set": {"owner": "shop"}}
BREAK = {"name": "break", "type": "merge", "merge": {"spec": {"size": "large"}}}
POLICY = {"name": "small", "rule": "object.spec.size < 10", "message": "It is too big."}

FULL = EnvironmentSpec(
    schemas=(crd("Cart"), crd("Item")),
    transforms=(LABEL,),
    policies=(POLICY,),
    disabled=("references", "another"),
    complete=False,
    resource_bytes=1000,
    wires=("mcp", "istio"),
)


def test_content_reads_back_as_it_was() -> None:
    again = EnvironmentSpec.from_content(FULL.content())
    assert again.content() == FULL.content()
    assert again.digest == FULL.digest
    assert set(again.schemas) == set(FULL.schemas)


@pytest.mark.parametrize("content", [b"\x90", b"\x81\xa3new\x01"], ids=["a list", "a new field"])
def test_content_of_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not an encoded environment"):
        EnvironmentSpec.from_content(content)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": {"environment": "test"}},
        {"schemas": (crd("Cart"),)},
        {"transforms": ()},
        {"policies": ()},
        {"suppressions": ({"code": "GAL0601", "reason": "so"},)},
        {"disabled": ()},
        {"unknown_kinds": "refuse"},
        {"unknown_fields": "prune"},
        {"complete": True},
        {"resource_bytes": 1001},
        {"wires": ("istio",)},
        {"check_version": "next"},
        {"plugins": ("hosts 1",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_in_the_digest(change: dict[str, Any]) -> None:
    assert replace(FULL, **change).digest != FULL.digest


def test_no_field_is_left_out_of_the_test_above() -> None:
    assert len(fields(EnvironmentSpec)) == 13


def test_what_has_no_order_has_none_in_the_digest() -> None:
    turned = {name: getattr(FULL, name)[::-1] for name in ("schemas", "disabled", "wires")}
    other = replace(FULL, **turned)
    assert other.digest == FULL.digest


def test_the_same_inputs_give_the_same_digests_in_any_process() -> None:
    """Outputs, findings and environment, whatever the hash seed and the order of arrival."""
    script = (
        "import runpy, sys\n"
        f"here = runpy.run_path({__file__!r})\n"
        "print(here['fingerprint'](backwards=sys.argv[1] == '1'))\n"
    )
    seen = set()
    for seed in ("0", "1"):
        command = [sys.executable, "-c", script, seed]
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        seen.add(done.stdout)
    assert seen == {f"{fingerprint()}\n"}


def fingerprint(*, backwards: bool = False) -> list[Any]:
    """All that an engine over the full environment says, as text."""
    engine = Engine(Environment.build(FULL))
    given = [resource("Cart", f"c{at}", size=at * 5) for at in range(5)]
    for one in reversed(given) if backwards else given:
        engine.apply({one.key: one})
    outputs = [one.digest.hex() for one in engine.outputs.values()]
    findings = [str(finding.diagnostic) for finding in engine.findings()]
    return [engine.environment.digest.hex(), outputs, findings]


def test_stages_come_in_the_order_of_the_pipeline() -> None:
    names = [stage.name for stage in Environment.build(replace(FULL, disabled=())).stages]
    assert names[0] == "schema"
    assert "owner" in names[1]
    assert names[2:4] == ["schema/transformed", "policy"]
    assert names[4:-1] == sorted(f"analysis/{each.metadata.name}" for each in ANALYZERS)
    assert names[-1] == "encoding"


def test_all_that_is_wrong_is_told_at_once() -> None:
    spec = EnvironmentSpec(
        schemas=(SchemaText("bad.yaml", "a: ["),),
        transforms=({"type": "nonsense"},),
        policies=({"name": "p", "rule": "object."},),
        suppressions=({"code": "GAL9999"},),
    )
    with pytest.raises(InvalidEnvironmentError) as caught:
        Environment.build(spec)
    topics = {found.code[:5] for found in caught.value.diagnostics}
    assert {"GAL03", "GAL04", "GAL05"} <= topics


def test_a_schema_that_disappears_is_kept_with_a_warning_and_stored() -> None:
    before = Environment.build(replace(FULL, transforms=()))
    after = Environment.build(replace(FULL, transforms=(), schemas=(crd("Cart"),)), previous=before)
    assert any(found.level == "warning" for found in after.diagnostics)
    wrong = resource("Item", weight=1)
    stored = Environment.build(EnvironmentSpec.from_content(after.spec.content()))
    for environment in (before, after, stored):
        added = Engine(environment).apply({wrong.key: wrong}).added
        assert any(finding.diagnostic.code.startswith("GAL03") for finding in added)


def test_what_a_transform_breaks_is_found_once() -> None:
    """The schema is asked again for what was made, and only for that."""
    environment = Environment.build(replace(FULL, transforms=(BREAK,), policies=()))
    one = resource("Cart", size=1)
    (finding,) = Engine(environment).apply({one.key: one}).added
    assert finding.stage == "schema/transformed"
    plain = Environment.build(replace(FULL, policies=()))
    bad = resource("Cart", weight=1)
    stages = {finding.stage for finding in Engine(plain).apply({bad.key: bad}).added}
    assert "schema" in stages


def test_a_plugin_of_old_that_is_not_installed_is_a_warning() -> None:
    environment = Environment.build(replace(FULL, plugins=("hosts 1",)))
    assert "GAL0606" in {found.code for found in environment.diagnostics}


def test_an_expired_suppression_is_left_out() -> None:
    rule = {"code": "GAL0601", "reason": "soon gone", "expires": "2030-01-01T00:00:00Z"}
    spec = EnvironmentSpec(suppressions=(rule,))
    end = 1893456000.0
    before = Environment.build(spec, now=end - 1)
    assert (before.due, before.expired) == (end, frozenset())
    assert before.stands_for(Environment.build(spec, now=0.0))
    after = Environment.build(spec, now=end)
    assert after.due is None
    assert after.expired == {"Suppression 1 of GAL0601"}
    assert after.digest == before.digest
    assert not after.stands_for(before)


def test_that_something_expires_is_told_a_week_before_and_afterwards() -> None:
    accepted = {"reason": "The move.", "expires": "2030-01-08"}
    rule = {"name": "p", "rule": "true", "message": "No."}
    exempt = {**rule, "exemptions": [{**accepted, "match": {"names": ["a"]}}]}
    spec = EnvironmentSpec(
        suppressions=({**accepted, "code": "GAL0601"},), policies=({**rule, "name": "q"}, exempt)
    )
    end = 1893456000.0 + 7 * 86400
    week = Environment.build(spec, now=0.0).due
    assert week == end - 7 * 86400
    assert not Environment.build(spec, now=week - 1).diagnostics
    soon = Environment.build(spec, now=week)
    assert [each.code for each in soon.diagnostics] == ["GAL0533"] * 2
    assert (soon.due, soon.diagnostics[0].field()) == (end, "policies[1].exemptions[0]")
    late = Environment.build(spec, now=end)
    assert late.diagnostics[1].message == (
        "Suppression 1 of GAL0601 has expired on 2030-01-08 00:00 UTC and does not hold any more."
        " Its reason was: The move."
    )
