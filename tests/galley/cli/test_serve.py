"""`galley serve`: what it refuses before anything is started."""

import socket
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
        (("--data-dir", "notes.txt/data"), "is of no use"),
        (("-c", "tokens.yaml"), "'NO_SUCH_TOKEN' is empty or not set"),
        (
            ("-c", "typo.yaml"),
            "typo.yaml:1: there is no setting 'chanels'; did you mean 'channels'?",
        ),
    ],
    ids=["exposed", "address", "data", "token", "settings"],
)
def test_it_says_in_one_line_why_it_cannot_start(
    program: Any, folder: Path, options: tuple[str, ...], complaint: str
) -> None:
    """Nothing is left behind where nothing was begun."""
    (folder / "tokens.yaml").write_text("tokens: [{name: ci, env: NO_SUCH_TOKEN}]\n")
    (folder / "typo.yaml").write_text("chanels: []\n")
    (folder / "notes.txt").write_text("")
    result = program("serve", "--source", "in", "--data-dir", "data", *options)

    assert result.code == 2
    assert complaint in result.err
    assert result.err.startswith("error: ")
    assert len(result.err.splitlines()) <= 2


def test_an_address_in_use_is_one_line_with_a_remedy(program: Any, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        result = program("serve", "--source", "in", "--data-dir", "data", "--listen", listen)

    said = f"{listen} is in use, perhaps by another Galley; stop that, or listen elsewhere."
    assert (result.code, result.err.splitlines()[-1]) == (
        2,
        f"error: The service cannot start: {said}",
    )
