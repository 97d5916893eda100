"""The package as it is installed: ours alone, whole, and the same as the tree."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import galley
from galley import _siblings

ROOT = Path(__file__).parents[1]


def test_nobody_else_has_installed_our_names() -> None:
    """One clear failure, rather than thirty odd ones, where another package took a name."""
    _siblings.check()
    assert not any(_siblings.rivals().values())


def test_the_version_is_told_alike() -> None:
    assert version(_siblings.OURS) == galley.__version__


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{galley.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("decoy", ["pipeline/__init__.py", "sources/__init__.py", "pipeline.py"])
def test_a_foreign_package_of_our_name_is_named(tmp_path: Path, decoy: str) -> None:
    """A folder on the search path shadows ours; the message leads to it, with exit code 2."""
    file = tmp_path / decoy
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    command = [sys.executable, "-m", "galley", "version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


def test_a_folder_of_manifests_called_like_a_package_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.yaml").write_text("{}")
    command = [sys.executable, "-P", "-m", "galley", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (0, f"galley {galley.__version__}\n")


@pytest.mark.parametrize("package", ["galley", "pipeline", "sources"])
def test_type_checkers_are_told_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_the_samples_of_the_demo_are_found() -> None:
    code = "from galley.cli.tour.scene import samples; print(samples())"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=True)
    assert (Path(done.stdout.strip()) / "quickstart" / "galley.yaml").is_file()
