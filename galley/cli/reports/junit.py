"""JUnit XML, for the test reports of CI servers: a test case for each file, or for each test."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from galley.cli import words
from galley.cli.reports.report import Found, Report


class Case(NamedTuple):
    """One test case; it failed if there are failures."""

    name: str
    failures: Sequence[str]
    file: str = ""
    kind: str = ""
    """What sort of failure the first one is."""
    remarks: Sequence[str] = ()
    line: int = 0
    seconds: float = 0.0
    skipped: str = ""
    """Why it was not run; empty if it was."""


def render(report: Report) -> str:
    """One suite, with a case for each file that was read, for what concerns none if need be, and
    for the verdict on all of it if there is one."""
    return document({report.command: list(_cases(report))})


def document(suites: Mapping[str, Sequence[Case]]) -> str:
    """A JUnit document of suites by their names."""
    every = [case for cases in suites.values() for case in cases]
    root = Element("testsuites", _counts(every))
    for name, cases in suites.items():
        skipped = str(sum(bool(case.skipped) for case in cases))
        counts = {**_counts(cases), "name": _safe(name), "skipped": skipped}
        group = SubElement(root, "testsuite", counts)
        for case in cases:
            _add(group, name, case)
    return tostring(root, encoding="unicode", xml_declaration=True)


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    failed = sum(bool(case.failures) for case in cases)
    return {"tests": str(len(cases)), "failures": str(failed), "errors": "0"}


def _cases(report: Report) -> Iterator[Case]:
    by_file: dict[str, list[Found]] = {file: [] for file in report.files or ("",)}
    for each in report.found:
        by_file.setdefault(each["file"], []).append(each)
    for file, found in by_file.items():
        failures = [each for each in found if report.decides(each)]
        yield Case(
            name=file or "everything else",
            failures=[words.diagnostic(each) for each in failures],
            file=file,
            kind=failures[0]["code"] if failures else "",
            remarks=[words.diagnostic(each) for each in found if not report.decides(each)],
        )
    if report.verdict:
        yield Case(name="as a whole", failures=[report.verdict], kind="verdict")


def _add(group: Element, suite: str, case: Case) -> None:
    attributes = {
        "classname": suite,
        "name": case.name,
        "file": case.file,
        "line": str(case.line or ""),
        "time": f"{case.seconds:.3f}" if case.seconds else "0",
    }
    held = {name: _safe(value) for name, value in attributes.items() if value}
    element = SubElement(group, "testcase", held)
    if case.failures:
        first = {"message": _safe(case.failures[0]), "type": case.kind or "failure"}
        failure = SubElement(element, "failure", first)
        failure.text = _safe("\n".join(case.failures))
    if case.skipped:
        SubElement(element, "skipped", {"message": _safe(case.skipped)})
    if case.remarks:
        SubElement(element, "system-out").text = _safe("\n".join(case.remarks))


def _safe(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(each if _fits(each) else "\ufffd" for each in text)


def _fits(character: str) -> bool:
    return (
        character in "\t\n"
        or " " <= character < "\ud800"
        or "\ue000" <= character <= "\ufffd"
        or character >= "\U00010000"
    )
