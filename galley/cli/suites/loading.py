"""From a file to a suite of tests: every complaint names file and line, and the nearest key.

The text is read as manifests are, so that what is written in a suite means the same as in a file
of its own.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from galley.cli.output import from_here
from galley.cli.suites.model import Case, Suite
from galley.suggest import names_at, nearest
from galley.worker.named_files import TESTS
from pipeline.model import Diagnostic
from pipeline.model import Path as Place
from sources.manifests import Parsed, yamltext
from sources.manifests.parsed import FaultError
from sources.source import Limits


class SuiteError(Exception):
    """Suites that cannot be run; `problems` are sentences with file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """A suite, and where it is written."""

    path: Path
    """Absolute."""
    suite: Suite
    text: str
    parsed: Parsed

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.parent

    @property
    def shown(self) -> str:
        """The file as one would write it here."""
        return from_here(str(self.path))

    def cases(self) -> Iterator[tuple[Place, Case]]:
        """Each case with its place in the file."""
        return ((("cases", number), case) for number, case in enumerate(self.suite.cases))

    def at(self, where: Place) -> Any:
        """What is written at a place; None if nothing is."""
        held: Any = self.parsed.value
        for step in where:
            try:
                held = held[step]
            except (KeyError, IndexError, TypeError):
                return None
        return held

    def line(self, *where: str | int) -> int:
        """The line of something that is written in it."""
        return self.parsed.locate(where).line

    def wrong(self, text: str, *where: str | int) -> str:
        """A complaint about something that is written in it."""
        return f"{self.shown}:{self.line(*where)}: {text}"


def found_below(path: Path) -> list[Path]:
    """The suites in a folder and those below it, without hidden ones; a file is one itself."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, below, files in os.walk(path):
        below[:] = sorted(each for each in below if not each.startswith("."))
        suites = (each for each in files if each.endswith(TESTS) and not each.startswith("."))
        found += (Path(folder) / each for each in suites)
    return sorted(found)


def load(path: Path) -> SuiteFile:
    """Read a suite.

    Raises:
        SuiteError: it cannot be read, or says what makes no sense.
    """
    path = path.absolute()
    shown = from_here(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SuiteError([f"{shown}: the file cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise SuiteError([f"{shown}: the file is not UTF-8 text."]) from None
    parsed = _parsed(text, shown)
    try:
        suite = Suite.model_validate(parsed.value)
    except ValidationError as error:
        raise SuiteError(_problems(error, parsed, shown)) from None
    file = SuiteFile(path, suite, text, parsed)
    if not suite.cases:
        raise SuiteError([file.wrong("there are no cases.", "cases")])
    if twice := list(_twice(file)):
        raise SuiteError(twice)
    return file


def _parsed(text: str, shown: str) -> Parsed:
    faults: list[Diagnostic] = []
    try:
        documents = list(yamltext.load(text, Limits(), faults))
    except FaultError as fault:
        faults.append(fault.diagnostic)
        documents = []
    if faults:
        raise SuiteError(f"{shown}:{each.line}: {each.message}" for each in faults)
    if not documents:
        raise SuiteError([f"{shown}: the file is empty; a suite has at least one of `cases`."])
    if len(documents) > 1:
        line = documents[1].line
        raise SuiteError([f"{shown}:{line}: a suite is one document; here a second one begins."])
    return documents[0]


def _problems(error: ValidationError, parsed: Parsed, shown: str) -> Iterator[str]:
    """Sentences, in the order of the file."""
    told = []
    for found in error.errors(include_url=False):
        place = parsed.locate(found["loc"])
        told.append((place.line, place.column, f"{shown}:{place.line}: {_said(found)}"))
    return (text for _, _, text in sorted(told))


def _said(found: ErrorDetails) -> str:
    where = found["loc"]
    name, kind = _written(where), found["type"]
    if kind == "extra_forbidden":
        return f"there is no key {name!r}{nearest(str(where[-1]), names_at(Suite, where[:-1]))}"
    if kind == "missing":
        return f"{name!r} is missing."
    text = found["msg"].removeprefix("Value error, ")
    if kind == "string_too_short":
        text = "this must not be empty"
    if kind in {"model_type", "dict_type"}:
        text = "a map belongs here, as `name: value`"
    head = f"{name}: " if name else ""
    end = "" if text.endswith(("?", ".")) else "."
    return f"{head}{text[:1].lower()}{text[1:]}{end}"


def _written(where: Place) -> str:
    """`cases[0].expect.diagnostics`."""
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in where)
    return text.removeprefix(".")


def _twice(file: SuiteFile) -> Iterator[str]:
    first: dict[str, int] = {}
    for where, case in file.cases():
        if case.name in first:
            text = f"a case is called {case.name!r} already on line {first[case.name]}."
            yield file.wrong(text, *where, "name")
        first.setdefault(case.name, file.line(*where, "name"))
