"""What an analyzer is: a name, a line that describes it, what it looks at, and one pure function.

The engine holds an analyzer to what it declares: it may read only the collections and indexes it
names, and report only its own codes. An analyzer that raises becomes a diagnostic itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pipeline.analysis.day import Day
from pipeline.model import Diagnostic, Document, Level, Resource
from pipeline.stage import Index, Outcome, Reader


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an analyzer says of itself."""

    name: str
    """Unique, in lower case with hyphens: `references`."""
    description: str
    """One line for `galley explain` and the list of analyzers."""
    codes: frozenset[str]
    """The diagnostics it may report."""
    handles: frozenset[str]
    """Collections whose resources it judges."""
    reads: frozenset[str] = frozenset()
    """Collections that it gets resources from, or asks whether they hold any."""
    indexes: frozenset[Index] = frozenset()
    """Indexes that it finds resources in."""
    version: str = "1"
    """Raised when its findings change meaning; part of the environment of a plugin."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One resource under analysis, and the way to others."""

    resource: Resource
    document: Document
    reader: Reader
    complete: bool
    """Whether what is not there does not exist; otherwise another source may have it."""
    today: date | None = None
    """The day, in UTC, by which certificates are judged; None where nobody says so."""

    @property
    def doubt(self) -> Level | None:
        """The level of a finding that something is missing; None: that of its message."""
        return None if self.complete else Level.INFO


class Analyzer(Protocol):
    """A check that needs to see more than one resource.

    Promises: it keeps no state and does no I/O; the same subject and the same reads give the same
    diagnostics in the same order.
    """

    @property
    def metadata(self) -> Metadata: ...

    def analyze(self, subject: Subject) -> Iterable[Diagnostic]:
        """What is wrong with one resource; empty if nothing is."""


class AnalyzerError(ValueError):
    """Analyzers that cannot be used together; every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(found.message for found in self.diagnostics))


class UndeclaredCodeError(RuntimeError):
    """An analyzer reported what it had not declared: a defect of the analyzer."""

    def __init__(self, analyzer: str, code: str) -> None:
        super().__init__(f"analyzer {analyzer!r} reported {code!r} without declaring it")


class AnalysisStage:
    """An analyzer as a stage."""

    only_judges = True

    def __init__(self, analyzer: Analyzer, *, complete: bool, day: Day | None = None) -> None:
        metadata = analyzer.metadata
        self.name = f"analysis/{metadata.name}"
        self.collections = metadata.reads
        self.indexes = metadata.indexes
        self._metadata = metadata
        self._analyze = analyzer.analyze
        self._complete = complete
        self._day = day or Day()

    def handles(self, collection: str) -> bool:
        return collection in self._metadata.handles

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        found = tuple(
            self._analyze(Subject(resource, document, reader, self._complete, self._day.date))
        )
        for diagnostic in found:
            if diagnostic.code not in self._metadata.codes:
                raise UndeclaredCodeError(self._metadata.name, diagnostic.code)
        return Outcome((resource,), found)
