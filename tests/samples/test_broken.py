"""Every folder of `samples/broken` gets exactly the findings that its `expected.json` names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.messages import CATALOGUE

BROKEN = Path(__file__).parents[2] / "samples" / "broken"
FOLDERS = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())
PLACE = ("code", "level", "file", "line", "column")


def expected(folder: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((BROKEN / folder / "expected.json").read_text())
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_mistake_is_found_where_it_is(galley: Callable[..., Any], folder: str) -> None:
    checking = ("validate", "-c", "../galley.yaml", "--complete", "-o", "json", "config")
    done = galley(*checking, folder=f"broken/{folder}")
    said = json.loads(done.out or done.err)
    found = [{name: each[name] for name in PLACE} for each in said["diagnostics"]]
    assert found == expected(folder)
    assert done.code == any(each["level"] == "error" for each in found)


def test_every_finding_is_explained() -> None:
    """A reader who sees a code can ask what it means."""
    codes = {each["code"] for folder in FOLDERS for each in expected(folder)}
    assert codes <= CATALOGUE.keys()


def test_there_are_enough_mistakes() -> None:
    assert len(FOLDERS) >= 20
