"""`galley serve`: what it refuses before anything is started."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--listen", "0.0.0.0:0"), "is not loopback"),
        (("--listen", "localhost:web"), "is not an address"),
        (("-c", "tokens.yaml"), "'NO_SUCH_TOKEN' is empty or not set"),
        (
            ("-c", "typo.yaml"),
            "typo.yaml:1: there is no setting 'chanels'; did you mean 'channels'?",
        ),
    ],
    ids=["exposed", "address", "token", "settings"],
)
def test_it_says_in_one_line_why_it_cannot_start(
    program: Any, folder: Path, options: tuple[str, ...], complaint: str
) -> None:
    """Nothing is left behind where nothing was begun."""
    (folder / "tokens.yaml").write_text("tokens: [{name: ci, env: NO_SUCH_TOKEN}]\n")
    (folder / "typo.yaml").write_text("chanels: []\n")
    result = program("serve", "--source", "in", "--data-dir", "data", *options)

    assert result.code == 2
    assert complaint in result.err.splitlines()[-1]
    assert "Traceback" not in result.err
