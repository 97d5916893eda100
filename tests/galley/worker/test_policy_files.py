"""Policies in files: what they hold, and the lines of what is wrong with them."""

from pathlib import Path
from typing import Any

import pytest

from galley.settings import ChannelSettings
from galley.worker.environment_files import EnvironmentFiles
from pipeline.environment import Environment, InvalidEnvironmentError
from pipeline.model import Diagnostic

TEXT = """\
# The first is right.
name: a
rule: "true"
message: No.
exemptions:
  - match: {names: [x]}
    reason: The move.
    expires: 2024-01-01
---
policies:
  - name: b
    rule: "true"
    message: No.
    lookups:
      - name: gateways
        kind: Gatway
        value: object.spec.gateways
  - name: c
    message: No.
    rule: >-
      object.spec.(
---
# Nothing but a remark.
"""


def built(folder: Path, *policies: Any) -> Environment:
    files = EnvironmentFiles(ChannelSettings(policies=policies), folder)
    return files.built(files.spec(), now=1.8e9)


def wrong(folder: Path, *policies: Any) -> list[Diagnostic]:
    with pytest.raises(InvalidEnvironmentError) as caught:
        built(folder, *policies)
    return list(caught.value.diagnostics)


def test_what_is_wrong_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "edge.yaml").write_text(TEXT)
    inline = {"name": "d", "rule": "true", "message": "No.", "levl": "deny"}
    found = wrong(tmp_path, inline, Path("some"))
    assert [(each.locator, each.line, each.code) for each in found] == [
        ("", 0, "GAL0510"),
        ("some/edge.yaml", 16, "GAL0510"),
        ("some/edge.yaml", 20, "GAL0511"),
    ]
    assert found[0].field() == "policies[0].levl"


def test_what_has_expired_has_its_line_and_a_date_is_text(tmp_path: Path) -> None:
    (tmp_path / "edge.yaml").write_text(TEXT.partition("---")[0])
    environment = built(tmp_path, Path("edge.yaml"))
    (found,) = environment.diagnostics
    assert (found.code, found.locator, found.line) == ("GAL0532", "edge.yaml", 6)
    (policy,) = environment.spec.policies
    assert policy["exemptions"][0]["expires"] == "2024-01-01"
    assert environment.digest


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: a\nname: b", 2, "is given twice"),
        ("- name: a\n- text", 2, "a policy must be a map"),
        ("policies:\n  a: 1\n---\n[[]]", 4, "a policy must be a map"),
        ("name: [", 2, "expected node content"),
        ("name: &a [*a]", 1, "an alias to itself"),
        (f"a: &a [{'x, ' * 50}]\nb: &b [{'*a, ' * 50}]\nc: [{'*b, ' * 50}]", 1, "aliases"),
    ],
)
def test_what_is_no_policy_is_told(tmp_path: Path, text: str, line: int, says: str) -> None:
    (tmp_path / "edge.yaml").write_text(text)
    (found,) = wrong(tmp_path, Path("edge.yaml"))
    assert says in found.message
    assert (found.locator, found.line) == (str(tmp_path / "edge.yaml"), line)


def test_a_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    """The kubelet keeps the files in a hidden folder, and has a link to each."""
    (tmp_path / "..2026_11").mkdir()
    (tmp_path / "..data").symlink_to("..2026_11")
    policy = 'name: a\nrule: "true"\nmessage: No.\n'
    (tmp_path / "..2026_11" / "a.yaml").write_text(policy)
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert [each["name"] for each in built(tmp_path.parent, tmp_path).spec.policies] == ["a"]
