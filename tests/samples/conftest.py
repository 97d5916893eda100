"""The samples as a reader finds them, and the command line to try them with."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from galley.cli.main import app

SAMPLES = Path(__file__).parents[2] / "samples"


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def samples() -> Path:
    return SAMPLES


@pytest.fixture
def galley(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process, from a folder of the samples."""

    def run(*arguments: str, folder: str) -> Result:
        monkeypatch.chdir(SAMPLES / folder)
        done = CliRunner().invoke(app, list(arguments), prog_name="galley")
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Result(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def plugin(tmp_path: Path, installed_plugin: Path) -> Callable[..., Result]:
    """Run a command in a process that has `samples/plugin` installed."""

    def run(*arguments: str) -> Result:
        command = [sys.executable, "-P", "-m", "galley", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run
