"""What other people's programs may import: a list, kept true."""

import importlib
import subprocess
import sys

import pytest

FACES = ("galley.client", "pipeline.model", "pipeline.analysis", "pipeline.transform")


@pytest.mark.parametrize("package", FACES)
def test_a_public_face_is_a_sorted_list_of_what_is_there(package: str) -> None:
    module = importlib.import_module(package)
    assert list(module.__all__) == sorted(module.__all__)
    assert all(hasattr(module, each) for each in module.__all__)


@pytest.mark.parametrize(
    ("package", "heavy"),
    [
        ("galley.client", ("sqlalchemy", "watchfiles", "cel_expr_python", "typer", "yaml")),
        ("galley.service", ("sqlalchemy", "watchfiles", "cel_expr_python", "jsonschema_rs")),
        ("sources.builtin", ("pygit2", "sqlalchemy")),
        ("galley.cli.main", ("aiohttp", "sqlalchemy", "cel_expr_python", "pydantic")),
    ],
)
def test_an_import_brings_only_what_it_needs(package: str, heavy: tuple[str, ...]) -> None:
    """A program with the client loads no service, the serving process no engine, help nothing."""
    code = f"import sys, {package}; print(*[each for each in {heavy!r} if each in sys.modules])"
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
