"""What was found against what was expected: every difference, in lines that people can read.

A line begins as in a difference of texts: `-` for what was expected, `+` for what was found, a
space for what is as it should be.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.cli import words
from galley.cli.suites import snapshots
from galley.cli.suites.model import Case, ExpectedDiagnostic
from galley.cli.suites.running import Found
from galley.suggest import nearest
from pipeline.model import Diagnostic, Key, Level
from pipeline.policy.suppress import means

POLICY = re.compile(r"Policy ([^\s:]+)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One expectation that did not come true."""

    about: str
    """`diagnostics`, or another key of `expect`; what else went wrong, in a word."""
    lines: tuple[str, ...]


def differences(case: Case, found: Found, folder: Path) -> Iterator[Difference]:
    """In which ways a case failed."""
    told = Told(case, found.diagnostics)
    if not told.ok:
        yield Difference("diagnostics", tuple(told.lines()))
    held = {key: snapshots.manifest_of(item) for key, item in found.resources.items()}
    yield from _snapshot(case, held, folder)
    lines = tuple(line for wanted in case.expect.contains for line in _part(wanted, held))
    if lines:
        yield Difference("contains", lines)
    if lines := tuple(_absent(case, found)):
        yield Difference("absent", lines)
    wanted = case.expect.digest
    if wanted and not found.digest().startswith(wanted):
        yield Difference("digest", (f"- {wanted}", f"+ {found.digest()}"))


class Told:
    """Diagnostics side by side with the expected ones; each answers to one at most."""

    def __init__(self, case: Case, found: tuple[Diagnostic, ...]) -> None:
        self._relaxed = case.relaxed
        self.expected = case.expect.diagnostics
        self.answers = _matched(self.expected, found)
        """By number of an expected one, the number of what was found."""
        taken = set(self.answers.values())
        self.others = tuple(each for number, each in enumerate(found) if number not in taken)
        """What was found and answers to nothing."""
        self._found = found

    @property
    def missing(self) -> tuple[ExpectedDiagnostic, ...]:
        return tuple(
            each for number, each in enumerate(self.expected) if number not in self.answers
        )

    @property
    def unexpected(self) -> tuple[Diagnostic, ...]:
        """Errors and warnings that nobody expected."""
        if self._relaxed:
            return ()
        return tuple(each for each in self.others if each.level is not Level.INFO)

    @property
    def ok(self) -> bool:
        return not self.missing and not self.unexpected

    def lines(self) -> Iterator[str]:
        """All of it as one list; infos only where nothing answers to an expectation."""
        for number in sorted(self.answers.values()):
            yield f"  {shown(self._found[number])}"
        for wanted in self.missing:
            yield f"- {written(wanted)}"
        if self.missing:
            yield from (f"+ {shown(each)}" for each in self.others)
        else:
            yield from (f"+ {shown(each)}" for each in self.unexpected)


def fits(wanted: ExpectedDiagnostic, found: Diagnostic) -> bool:
    """Whether a finding is the one that is meant."""
    key = str(found.key) if found.key else ""
    return (
        means(wanted.code, found)
        and wanted.level in {None, found.level}
        and wanted.resource in {"", key, words.name(key)}
        and wanted.field in {"", found.field()}
        and wanted.file in {"", found.locator}
        and wanted.line in {0, found.line}
        and wanted.message in found.message
        and (not wanted.matches or re.search(wanted.matches, found.message) is not None)
    )


def code_of(found: Diagnostic) -> str:
    """The code as one would expect it: `GAL0501/NAME` of a policy."""
    policy = POLICY.match(found.message)
    code = f"{found.code}/{policy[1]}" if policy else found.code
    return code if means(code, found) else found.code


def shown(found: Diagnostic) -> str:
    """What was found, on one line."""
    place = ":".join(str(part) for part in (found.locator, found.line, found.column) if part)
    key = words.name(str(found.key)) if found.key else ""
    parts = (found.level, code_of(found), key, found.field())
    head = " ".join(part for part in parts if part)
    return f"{head}: {found.message}{f'  ({place})' if place else ''}"


def written(wanted: ExpectedDiagnostic) -> str:
    """What was expected, on one line."""
    line = str(wanted.line or "")
    place = ":".join(part for part in (wanted.file, line and f"line {line}") if part)
    parts = (wanted.level or "", wanted.code, wanted.resource, wanted.field)
    head = " ".join(part for part in parts if part)
    said = wanted.message or (f"/{wanted.matches}/" if wanted.matches else "")
    return f"{head}{f': {said}' if said else ''}{f'  ({place})' if place else ''}"


def _matched(
    expected: tuple[ExpectedDiagnostic, ...], found: tuple[Diagnostic, ...]
) -> dict[int, int]:
    """The largest set of pairs: an expectation that fits several leaves what another one needs."""
    taken: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for other, each in enumerate(found):
            if other not in tried and fits(expected[number], each):
                tried.add(other)
                if other not in taken or place(taken[other], tried):
                    taken[other] = number
                    return True
        return False

    for number in range(len(expected)):
        place(number, set())
    return {number: other for other, number in taken.items()}


def _snapshot(case: Case, held: Mapping[Key, Any], folder: Path) -> Iterator[Difference]:
    wanted = case.expect.resources
    if wanted is None:
        return
    try:
        expected = snapshots.read(folder / wanted) if isinstance(wanted, str) else wanted
    except snapshots.SnapshotError as error:
        text = f"{wanted}: {error}."
        yield Difference("resources", (text,))
        return
    if lines := snapshots.difference(expected, held.values()):
        yield Difference("resources", lines)


def _part(wanted: dict[str, Any], held: Mapping[Key, Any]) -> Iterator[str]:
    """Where the nearest resource of that name differs; nothing if one does not."""
    _, kind, namespace, name = snapshots.identity(wanted)
    title = "/".join(part for part in (kind, namespace, name) if part)
    every = [
        list(_differences(wanted, each, ""))
        for key, each in held.items()
        if (each["kind"], key.name) == (kind, name) and namespace in {"", key.namespace}
    ]
    if not every:
        hint = nearest(title, [words.name(str(key)) for key in held])
        yield f"- {title} is not there{hint}"
    elif nearest_one := min(every, key=len):
        yield f"  {title}"
        yield from nearest_one


def _differences(wanted: Any, actual: Any, path: str) -> Iterator[str]:
    """Where the actual value lacks, or has otherwise, what is wanted."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for name, value in wanted.items():
            below = f"{path}.{name}".removeprefix(".")
            if name in actual:
                yield from _differences(value, actual[name], below)
            else:
                yield f"- {below}: {words.value(value)}"
    elif isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        for index, pair in enumerate(zip(wanted, actual, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif type(wanted) is not type(actual) or wanted != actual:
        yield f"- {path}: {words.value(wanted)}"
        yield f"+ {path}: {words.value(actual)}"


def _absent(case: Case, found: Found) -> Iterator[str]:
    names = {name for key in found.resources for name in (str(key), words.name(str(key)))}
    for name in case.expect.absent:
        if name in names:
            yield f"+ {name} is there, and must not be"
        elif complaint := _mistaken(name, found):
            yield complaint


def _mistaken(name: str, found: Found) -> str:
    """Whatever it is, it is absent: so a misspelt name must not pass."""
    kind, *rest = name.rsplit("/", 2) if name.count("/") > 1 else name.split("/")
    if not rest or not all(rest):
        return f"- {name} is no key: write Kind/namespace/name"
    collections = {key.collection for key in (*found.given, *found.resources)}
    collections |= {each.collection for each in found.kinds}
    known = {each.rpartition("/")[2] for each in collections}
    own = kind.rpartition("/")[2]
    return "" if own in known else f"- {name}: there is no kind {own!r}{nearest(own, known)}"
