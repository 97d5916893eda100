"""What a plan foretells, as other tools get it and as people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from galley.cli import output, words
from galley.cli.checkout import Checkout
from galley.cli.given import Given
from galley.cli.history import show_diff
from galley.cli.reports import Report
from galley.cli.reports.report import CARRIED, Found

WHY = {
    "refused": "What is wrong with it would keep {units} back.",
    "parked": "It would delete too much: {units} would wait until somebody confirms it with "
    "`galley publish --candidate {candidate} --reason TEXT`.",
    "quarantined": "A rollback took that back: {units} would wait. `galley quarantine` says why.",
    "waiting": "Nothing would be published before all errors are mended.",
    "held": "The channel is on hold: nothing is published before `galley resume`.",
}
"""Why not all of it would be published, by outcome."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """A `PlanResult` as a map, and the files that it is about."""

    result: Mapping[str, Any]
    given: Given

    @property
    def verdict(self) -> str:
        """What would become of it, as a sentence."""
        found, base = self.result, self.result["base"]
        if found["outcome"] == "unchanged":
            return f"Nothing would change: version {base} stays."
        if found["publishable"]:
            return f"It would be published as it is, on version {base}."
        new = [each for each in found["kept"] if not each["before"]]
        units = words.plural(len(new), "change unit")
        return WHY[found["outcome"]].format(units=units, candidate=found["candidate"])

    def report(self, checkout: Checkout, *, elsewhere: str) -> Report:
        """The findings for other tools; paths lead from the root of the repository."""
        files = (self.given.path(str(each["name"])) for each in self.given.files)
        return Report(
            "galley plan",
            tuple(map(checkout.name, files)),
            tuple(self._named(each, checkout) for each in self.result["diagnostics"]),
            elsewhere,
            compared=True,
            verdict="" if self.result["publishable"] else self.verdict,
        )

    def show(self, *, stat: bool) -> None:
        """Everything for people."""
        if self.result["diff"]["resources"]:
            show_diff(dict(self.result["diff"]), stat=stat)
        found = [each for each in self.result["diagnostics"] if each["state"] != CARRIED]
        output.findings(self._here(each) for each in found)
        for line in self._remarks(len(self.result["diagnostics"]) - len(found)):
            output.line(line)
        mood = "good" if self.result["publishable"] else "bad"
        output.line(self.verdict, mood=mood)
        digest = self.result["digest"]
        with_base = "is live" if digest == self.result["live"] else "would be live then"
        output.line(f"Digest {digest} {with_base}.")
        output.hint(found)

    def _remarks(self, carried: int) -> Iterator[str]:
        if carried:
            yield f"{words.plural(carried, 'finding')} carried: there before."
        for each in self.result["kept"]:
            before = ", as before" if each["before"] else ""
            file = output.from_here(self.given.path(each["file"]))
            where = file or f"All of {self.result['source']}"
            yield f"{where}: {each['why']}{before}."
        for each in self.result["quarantined"]:
            yield f"In quarantine since version {each['rollback']}: {each['reason']}"
        for each in self.result["holds"]:
            yield f"On hold: {each['reason']}"

    def _here(self, found: Found) -> Found:
        return {**found, "file": output.from_here(self._path(found))}

    def _named(self, found: Found, checkout: Checkout) -> Found:
        """With the path from the root; what lies in another source has none, and says where."""
        if found["source"] in ("", self.result["source"]):
            path = self._path(found)
            return {**found, "file": checkout.name(path) if path else ""}
        there = f"{found['message']} (In the source {found['source']}: {words.place(found)}.)"
        return {**found, "message": there, "file": "", "line": 0, "column": 0}

    def _path(self, found: Found) -> str:
        """The file of a finding here; of another source its locator, with the source before it."""
        if found["source"] in ("", self.result["source"]):
            return self.given.path(found["file"])
        return f"{found['source']}:{found['file']}"
