"""The samples that are meant to be right are right, and stay small enough to be read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("folder", ["quickstart", "bookinfo", "checks", "ingress"])
def test_a_sample_has_nothing_wrong(galley: Callable[..., Any], folder: str) -> None:
    done = galley("validate", "-c", "galley.yaml", "--complete", "-o", "json", folder=folder)
    assert (done.code, json.loads(done.out)["diagnostics"]) == (0, [])


def test_the_check_refuses_an_image_without_a_version(
    galley: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    text = (samples / "checks" / "config" / "shop.yaml").read_text()
    (tmp_path / "shop.yaml").write_text(text.replace("shop:1.4", "shop:latest"))
    done = galley("validate", "-c", "galley.yaml", str(tmp_path), "-o", "json", folder="checks")
    (found,) = json.loads(done.out)["diagnostics"]
    field = "spec.template.spec.containers[0].image"
    assert (done.code, found["code"], found["field"], found["line"]) == (1, "GAL0711", field, 10)


def test_the_schemas_of_the_bookshop_refuse_what_they_do_not_know(
    galley: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    """They are small, but they are checked: every mesh kind of the sample has one."""
    text = (samples / "bookinfo" / "mesh" / "reviews.yaml").read_text()
    (tmp_path / "reviews.yaml").write_text(text.replace("timeout: 2s", "timeot: 2s", 1))
    done = galley("validate", "-c", "galley.yaml", str(tmp_path), "-o", "json", folder="bookinfo")
    codes = [each["code"] for each in json.loads(done.out)["diagnostics"]]
    assert "GAL0301" in codes


def test_an_outdated_suppression_would_be_noticed(galley: Callable[..., Any]) -> None:
    """Three retries of the details route are accepted for a reason that the settings give."""
    done = galley("validate", "--schemas", "crds", "mesh", "-o", "json", folder="bookinfo")
    assert done.code == 0
    assert not any(each["code"] == "GAL0501" for each in json.loads(done.out)["diagnostics"])
