"""The verdict of `galley validate` as programs get it, and as people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.cli import inline, output, words
from galley.cli.checkout import Checkout
from galley.cli.inline import Verdict
from galley.cli.reports import Report
from galley.cli.reports.report import CARRIED
from galley.protocol.results import ValidationResult
from galley.settings import ChannelSettings
from galley.worker.places import diagnostic_json
from pipeline.model import Diagnostic

UNUSABLE = {
    "environment": "The environment (schemas, transforms, policies) is not usable; nothing was "
    "checked.",
    "source": "What cannot be read is not checked; neither is what would be judged with it.",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts, under which settings, and which of their findings are carried."""

    settings: ChannelSettings
    folder: Path
    """Where relative paths of the settings start."""
    verdicts: tuple[Verdict, ...]
    """One on everything, or one for each source."""
    carried: frozenset[Diagnostic] = frozenset()

    @property
    def stopped_by(self) -> str:
        """What was unusable first."""
        return next((each.stopped_by for each in self.verdicts if each.stopped_by), "")

    def result(self, *, ok: bool) -> dict[str, Any]:
        """The map that `ValidationResult` describes; paths lead from the working directory. What is
        said of a source as a whole is said of the path that it reads."""
        found = [{**each, "file": output.from_here(self._place(each))} for each in self._found()]
        files = sum(len(each.files) for each in self.verdicts)
        resources = sum(len(each.inputs) for each in self.verdicts)
        result = {"ok": ok, "files": files, "resources": resources, "diagnostics": found}
        return ValidationResult.model_validate(result).model_dump()

    def report(
        self, checkout: Checkout, decisive: frozenset[str], *, elsewhere: str, compared: bool
    ) -> Report:
        """The findings for other tools; paths lead from the root of the repository."""
        read = (file for verdict in self.verdicts for file in verdict.files)
        files = (self._file(source, locator) for source, locator in read)
        found = ({**each, "file": _named(each["file"], checkout)} for each in self._found())
        return Report(
            "galley validate",
            tuple(_named(file, checkout) for file in files),
            tuple(found),
            elsewhere,
            decisive,
            compared,
        )

    def _found(self) -> Iterator[dict[str, Any]]:
        """`DiagnosticResult` maps with whole paths; what several verdicts say of no source is there
        once."""
        found = {each: one.stopped_by for one in self.verdicts for each in one.diagnostics}
        for each, stopped_by in found.items():
            state = CARRIED if each in self.carried else stopped_by or "live"
            yield {**diagnostic_json(each, state), "file": self._file(each.source, each.locator)}

    def _place(self, found: Mapping[str, Any]) -> str:
        return found["file"] or str(inline.path_of(found["source"], self.settings) or "")

    def _file(self, source: str, locator: str) -> str:
        if not locator:
            return ""
        if not source:  # of the environment
            return str(self.folder / locator)
        return str(inline.file_of(source, locator, self.settings) or locator)


def show(result: Mapping[str, Any], stopped_by: str) -> None:
    """The findings line by line, as compilers write them, and their sum; carried ones are only
    counted."""
    found = [each for each in result["diagnostics"] if each["state"] != CARRIED]
    output.findings(found)
    if stopped_by:
        output.note(UNUSABLE[stopped_by])
    _sum(result, [each["level"] for each in found])
    output.hint(found)
    if not (result["files"] or result["diagnostics"]):
        output.note("No .yaml, .yml or .json file is there.")


def _named(file: str, checkout: Checkout) -> str:
    return checkout.name(file) if file else ""


def _sum(result: Mapping[str, Any], levels: list[str]) -> None:
    counts = [
        words.plural(levels.count(level), noun)
        for level, noun in (("error", "error"), ("warning", "warning"))
    ]
    remarks = f", {words.plural(levels.count('info'), 'remark')}" if "info" in levels else ""
    carried = len(result["diagnostics"]) - len(levels)
    more = f"; {carried:,} carried" if carried else ""
    files = words.plural(result["files"], "file")
    resources = words.plural(result["resources"], "resource")
    output.line(
        f"{files}, {resources}: {counts[0]}, {counts[1]}{remarks}{more}.",
        mood="good" if result["ok"] else "bad",
    )
