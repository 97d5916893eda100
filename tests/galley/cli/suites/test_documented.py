"""`docs/testing.md` explains every key, and its suites are suites."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from galley.cli.suites.loading import load
from galley.cli.suites.model import Case, Expected, ExpectedDiagnostic, Pipeline, Suite, When
from pipeline.model import Level

PAGE = (Path(__file__).parents[4] / "docs" / "testing.md").read_text()
SUITES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("model", [Suite, Pipeline, Case, When, Expected, ExpectedDiagnostic])
def test_every_key_is_explained(model: Any) -> None:
    assert [name for name in model.model_fields if f"`{name}`" not in PAGE] == []


def test_every_level_is_named() -> None:
    assert all(f"`{each}`" in PAGE for each in Level)


@pytest.mark.parametrize("text", SUITES)
def test_a_suite_of_the_page_is_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.test.yaml"
    path.write_text(text)

    assert load(path).suite.cases
    assert yaml.safe_load(text)["pipeline"]


@pytest.mark.parametrize("text", [each for each in SUITES if "transforms:" in each])
def test_one_that_needs_nothing_else_passes(tmp_path: Path, galley: Any, text: str) -> None:
    (tmp_path / "page.test.yaml").write_text(text)
    result = galley("test", tmp_path)

    assert result.code == 0, result.out
