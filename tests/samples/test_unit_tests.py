"""The samples that have unit tests pass them, and have some for every policy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.mark.parametrize("folder", ["policies", "bookinfo", "gitops"])
def test_the_unit_tests_of_a_sample_pass(galley: Callable[..., Any], folder: str) -> None:
    done = galley("test", folder=folder)

    assert done.code == 0, done.out + done.err


def test_every_policy_is_seen_to_refuse_something(samples: Path) -> None:
    policies = {
        policy["name"]
        for path in (samples / "policies").glob("*.yaml")
        if not path.name.endswith(".test.yaml")
        for policy in yaml.safe_load_all(path.read_text())
    }
    suites = "".join(path.read_text() for path in (samples / "policies").glob("*.test.yaml"))

    assert {name for name in policies if f"GAL0501/{name}" not in suites} == set()


def test_a_policy_that_is_broken_is_noticed(
    galley: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    for path in (samples / "policies").glob("routing*"):
        text = path.read_text().replace("!('*' in object.spec.hosts)", "true")
        (tmp_path / path.name).write_text(text)
    done = galley("test", str(tmp_path), "-o", "json", folder="policies")
    failed = [each["name"] for each in json.loads(done.out)["cases"] if each["result"] == "failed"]

    assert (done.code, failed) == (1, ["a catch-all host is refused"])
