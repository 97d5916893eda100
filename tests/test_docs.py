"""The documents are true where that can be checked: links lead somewhere, named tests exist."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from galley.cli.main import COMMANDS
from galley.cli.suites.loading import load as load_suite
from galley.cli.suites.outcomes import plans
from galley.settings_file import load
from pipeline.transform import BUILTIN_TRANSFORMS
from pipeline.transform.default_table import DEFAULTS

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "samples").rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PROMISE = re.compile(r"^\| (G\d+) \| `([^`]+)` \| `(test_\w+)` \|$", re.MULTILINE)
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:\$ )?galley (\w+)", re.MULTILINE)


def links(page: Path) -> Iterator[str]:
    for target in LINK.findall(page.read_text()):
        if "://" not in target:
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [each for each in links(page) if not (page.parent / each).exists()] == []


def test_every_promise_has_tests_that_exist() -> None:
    rows = PROMISE.findall((ROOT / "docs" / "guarantees.md").read_text())
    assert {promise for promise, _, _ in rows} == {f"G{number}" for number in range(1, 13)}
    lost = [row for row in rows if f"def {row[2]}(" not in _text(ROOT / row[1])]
    assert lost == []


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_commands_exist(page: Path) -> None:
    assert set(COMMAND.findall(page.read_text())) <= COMMANDS.keys()


def suites(*pages: str) -> list[str]:
    texts = ((ROOT / "docs" / page).read_text() for page in pages)
    return [text for page in texts for text in YAML.findall(page) if "cases:" in text]


@pytest.mark.parametrize("text", suites("transforms.md", "service-entries.md"))
def test_examples_of_transforms_do_what_they_say(text: str, tmp_path: Path) -> None:
    file = tmp_path / "example.test.yaml"
    file.write_text(text)
    (plan,) = plans([load_suite(file)], update=False)
    assert [found.differences for found in plan.outcomes("") if found.result != "passed"] == []


def test_every_transform_has_a_chapter_and_every_default_a_row() -> None:
    page = (ROOT / "docs" / "transforms.md").read_text()
    names = [*(each.name for each in BUILTIN_TRANSFORMS), *(each.name for each in DEFAULTS)]
    assert [name for name in names if f"`{name}`" not in page] == []


@pytest.mark.parametrize("text", YAML.findall((ROOT / "README.md").read_text()))
def test_settings_that_the_readme_shows_are_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "galley.yaml"
    file.write_text(text)
    assert load(file).channels[0].sources


@pytest.mark.parametrize(
    "text",
    [
        text
        for text in YAML.findall((ROOT / "docs" / "mesh.md").read_text())
        if text.startswith(("mesh:", "mesh_listen:"))
    ],
)
def test_settings_that_the_page_of_meshes_shows_are_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / "galley.yaml"
    file.write_text(text)
    found = load(file)
    assert found.mesh.groups or found.mesh.peers or found.serves_meshes


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(links(folder / "README.md"))
    assert {path.name for path in folder.glob("[0-9]*.md")} <= listed


def test_nothing_is_needed_that_is_not_declared() -> None:
    """Each third-party contract is about a library that the package, or an extra, depends on."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, extras = settings["project"], settings["project"]["optional-dependencies"]
    of_extras = [each for name in extras if name not in ("dev", "test") for each in extras[name]]
    declared = _alike(" ".join([*project["dependencies"], *of_extras]))
    contracts = settings["tool"]["importlinter"]["contracts"]
    named = [each for contract in contracts for each in contract.get("protected_modules", ())]
    brought_by = packages_distributions()
    assert [each for each in named if not _any_of(brought_by[each], declared)] == []


def _alike(names: str) -> str:
    return names.lower().replace("_", "-")


def _any_of(packages: Iterable[str], declared: str) -> bool:
    return any(_alike(each) in declared for each in packages)
