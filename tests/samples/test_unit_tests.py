"""The samples that have unit tests pass them, and the tests notice what they are for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("folder", ["bookinfo", "gitops", "policies"])
def test_the_unit_tests_of_a_sample_pass(galley: Callable[..., Any], folder: str) -> None:
    done = galley("test", folder=folder)

    assert done.code == 0, done.out + done.err


@pytest.mark.parametrize(
    ("file", "change", "failed"),
    [
        (
            "policies/agreed.yaml",
            ("has(rule.timeout)", "true"),
            "a change without a timeout is refused, and what was live stays",
        ),
        (
            "galley.yaml",
            ("owner: platform", "owner: nobody"),
            "a route gets an owner where nobody has said who it is",
        ),
        (
            "mesh/reviews.yaml",
            ("weight: 20", "weight: 21"),
            "the mesh as it is passes, and comes out with owners and without notes",
        ),
    ],
)
def test_what_they_are_for_is_noticed(
    galley: Callable[..., Any],
    samples: Path,
    tmp_path: Path,
    file: str,
    change: tuple[str, str],
    failed: str,
) -> None:
    copy = tmp_path / "bookinfo"
    shutil.copytree(samples / "bookinfo", copy)
    (copy / file).write_text((copy / file).read_text().replace(*change))
    done = galley("test", str(copy), "-o", "json", folder="bookinfo")
    names = [each["name"] for each in json.loads(done.out)["cases"] if each["result"] == "failed"]

    assert done.code == 1
    assert failed in names
