"""Suites in a folder of their own, and the command to run them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = """\
pipeline:
  transforms:
  - {type: labels, name: team, set: {team: mesh}}
  - {type: drop, name: drafts, match: {kinds: [ConfigMap], names: ["draft-*"]}}
  policies:
  - {name: owner, rule: 'has(object.metadata.labels.owner)', message: Say who owns it.}
"""
CASE = """\
cases:
- name: one case
  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: prod}}
"""


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Path]:
    """Write a suite: this text, after the pipeline that most tests have."""

    def write(text: str, name: str = "rules.test.yaml", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + text)
        return path

    return write


@pytest.fixture
def expecting(suite: Any, galley: Any, tmp_path: Path) -> Callable[..., Any]:
    """Run a suite of one case with this expectation; what came of the case."""

    def run(expect: str, case: str = CASE, *options: str) -> Any:
        suite(f"{case}  expect: {expect}\n")
        result = galley("test", tmp_path, "-o", "json", *options)
        assert result.err == ""
        (found,) = json.loads(result.out)["cases"]
        assert result.code == (found["result"] == "failed")
        return found

    return run
