"""Every folder of `samples/broken` gets exactly the findings that its `expected.json` names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.messages import CATALOGUE

BROKEN = Path(__file__).parents[2] / "samples" / "broken"
FOLDERS = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())
FAMILIES = ("06", "14", "15", "16", "17", "18", "19", "20")
"""What analysis finds between resources."""
NOT_IN_FILES = {
    "GAL0602": "it is what GAL0601 and GAL0603 become without --complete",
    "GAL0604": "it is about the settings",
    "GAL0605": "it is about installed packages",
    "GAL0606": "it is about installed packages",
    "GAL1517": "only a cluster has a status",
    "GAL1905": "no file says for long that it ends soon",
}
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


def test_one_command_finds_them_all(galley: Callable[..., Any]) -> None:
    paths = [f"{folder}/config" for folder in FOLDERS]
    done = galley(
        *("validate", "-c", "galley.yaml", "--complete", "--each", "-o", "json"),
        *paths,
        folder="broken",
    )
    found = [{name: each[name] for name in PLACE} for each in json.loads(done.out)["diagnostics"]]
    assert found == [
        {**each, "file": each["file"] and f"{folder}/{each['file']}"}
        for folder in FOLDERS
        for each in expected(folder)
    ]


def test_every_finding_is_explained() -> None:
    """A reader who sees a code can ask what it means."""
    codes = {each["code"] for folder in FOLDERS for each in expected(folder)}
    assert codes <= CATALOGUE.keys()


def test_every_finding_has_a_folder() -> None:
    """A finding between resources that files can bring is shown on files."""
    shown = {each["code"] for folder in FOLDERS for each in expected(folder)}
    wanted = {code for code in CATALOGUE if code[3:5] in FAMILIES}
    assert wanted - shown == set(NOT_IN_FILES)


def test_the_page_lists_every_folder() -> None:
    assert (BROKEN / "README.md").read_text().endswith(table())


def table() -> str:
    """Which folder gets which findings, by their codes."""
    rows = [
        (codes, f"| [{folder}]({folder}/config) | {', '.join(map(_titled, codes))} |")
        for folder in FOLDERS
        for codes in [sorted({each["code"] for each in expected(folder)})]
    ]
    lines = ["| folder | findings |", "|---|---|", *(row for _, row in sorted(rows))]
    return "\n".join(lines) + "\n"


def _titled(code: str) -> str:
    return f"{code} {CATALOGUE[code].title}"
