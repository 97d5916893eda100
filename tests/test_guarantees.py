"""Every promise of `docs/guarantees.md` has tests that name it; the page names only real tests."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "guarantees.md"
PROMISES = [f"G{number}" for number in range(1, 13)]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.fixture(scope="module")
def named() -> dict[str, set[str]]:
    """Promise to the tests whose docstring names it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for function in functions(path):
            promises = re.findall(r"\bG\d+\b", ast.get_docstring(function) or "")
            for promise in promises if function.name.startswith("test_") else ():
                found[promise].add(f"{path.relative_to(TESTS.parent)}::{function.name}")
    return found


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_has_a_test_that_names_it(named: dict[str, set[str]], promise: str) -> None:
    assert named[promise]


def test_no_test_names_a_promise_that_nobody_made(named: dict[str, set[str]]) -> None:
    assert set(named) <= set(PROMISES)


def test_the_page_names_only_tests_that_exist() -> None:
    """A link in the form `tests/folder/test_file.py::test_name`, or a file alone."""
    if not PAGE.exists():
        pytest.skip("the page is not in this distribution")
    for name, function in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", PAGE.read_text()):
        path = TESTS.parent / name
        assert path.is_file(), name
        assert not function or function in {each.name for each in functions(path)}, function
