"""The shape of the code, so that no review has to measure it: sizes, docstrings, contents."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[1]
PACKAGES = ("galley", "pipeline", "sources")
LONGEST_FILE, LONGEST_FUNCTION, P90_FUNCTION = 400, 60, 30
DEEPEST = 3
NESTING = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)
FORBIDDEN = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|time\.sleep)\b")

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FILES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def over(measure: Callable[[Any], int], limit: int, paths: Iterable[Path]) -> dict[str, int]:
    """Functions beyond a limit, with what they measure."""
    found = ((path, each, measure(each)) for path in paths for each in functions(path))
    return {f"{name(path)}:{each.name}": size for path, each, size in found if size > limit}


def depth(node: ast.AST) -> int:
    """How deep blocks are nested; an `elif` is no deeper than its `if`."""
    deepest = 0
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                chained = isinstance(node, ast.If) and field == "orelse" and len(value) == 1
                step = isinstance(child, NESTING) and not (chained and isinstance(child, ast.If))
                deepest = max(deepest, step + depth(child))
    return deepest


def test_files_are_short_enough_to_be_read() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in (*FILES, *TESTS)}
    assert {path: each for path, each in lines.items() if each > LONGEST_FILE} == {}


def test_functions_are_short_enough_to_be_read() -> None:
    assert over(length, LONGEST_FUNCTION, (*FILES, *TESTS)) == {}


def test_most_functions_are_much_shorter() -> None:
    lengths = sorted(length(each) for path in FILES for each in functions(path))
    assert lengths[len(lengths) * 9 // 10] <= P90_FUNCTION


def test_nothing_is_nested_deeply() -> None:
    assert over(depth, DEEPEST, FILES) == {}


def test_a_module_says_why_it_exists() -> None:
    silent = [name(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_a_package_names_its_modules() -> None:
    """Its docstring is the table of contents, so the contents cannot rot."""
    inits = (path for path in FILES if path.name == "__init__.py")
    unnamed = {name(path.parent): missing for path in inits if (missing := _unnamed(path))}
    assert unnamed == {}


def _unnamed(init: Path) -> list[str]:
    said = set(re.findall(r"\w+", ast.get_docstring(ast.parse(init.read_text())) or ""))
    files = {each.stem for each in init.parent.glob("*.py") if not each.name.startswith("_")}
    folders = {each.parent.name for each in init.parent.glob("*/__init__.py")}
    return sorted((files | folders) - said)


def test_nothing_is_left_for_later() -> None:
    """No stubs, no remarks about work to come, and nothing that sleeps for a while and hopes."""
    texts = {name(path): path.read_text() for path in (*FILES, *TESTS) if path != Path(__file__)}
    found = {path: FORBIDDEN.findall(text) for path, text in texts.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_type_ignores_are_rare() -> None:
    """At most one in a thousand lines; mypy holds each to its code."""
    texts = [path.read_text() for path in FILES]
    lines = sum(len(text.splitlines()) for text in texts)
    assert sum(text.count("type: ignore") for text in texts) <= lines / 1000


def test_all_packages_are_packages() -> None:
    """A folder without `__init__` would be missing from the contents of its parent."""
    folders = {path.parent for path in FILES}
    assert [name(each) for each in folders if not (each / "__init__.py").exists()] == []
