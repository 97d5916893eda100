"""The analyzers that we ship, by name, and how they join with those from outside."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pipeline.analysis.analyzer import AnalysisStage, Analyzer, AnalyzerError
from pipeline.analysis.certificates.tables import CERTIFICATES
from pipeline.analysis.day import Day
from pipeline.analysis.envoy.tables import ENVOY
from pipeline.analysis.gateway_api.tables import GATEWAY_API
from pipeline.analysis.istio.tables import ISTIO
from pipeline.analysis.legacy import targets as legacy
from pipeline.analysis.legacy.tables import LEGACY
from pipeline.analysis.mesh.tables import MESH
from pipeline.analysis.references import References
from pipeline.analysis.targets import REFERENCES
from pipeline.analysis.webhooks.tables import WEBHOOKS
from pipeline.model import Diagnostic
from pipeline.model.messages import analysis as messages
from pipeline.stage import Stage

_REFERENCES = (References((*REFERENCES, *legacy.REFERENCES)),)
_TABLES = (_REFERENCES, CERTIFICATES, ENVOY, GATEWAY_API, ISTIO, LEGACY, MESH, WEBHOOKS)

ANALYZERS: tuple[Analyzer, ...] = tuple(
    sorted(chain(*_TABLES), key=lambda each: each.metadata.name)
)
"""Sorted by name."""


def analysis_stages(
    plugins: Sequence[Analyzer],
    disabled: Iterable[str],
    *,
    complete: bool,
    day: Day | None = None,
) -> tuple[Stage, ...]:
    """The stages of all analyzers that are not disabled, sorted by name.

    Raises:
        AnalyzerError: two analyzers have the same name.
    """
    off = frozenset(disabled)
    analyzers = sorted((*ANALYZERS, *plugins), key=_name)
    names = [_name(analyzer) for analyzer in analyzers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AnalyzerError(messages.ANALYZER_TWICE.report(name=name) for name in twice)
    used = (analyzer for analyzer in analyzers if _name(analyzer) not in off)
    return tuple(AnalysisStage(analyzer, complete=complete, day=day) for analyzer in used)


def unknown_names(plugins: Sequence[Analyzer], disabled: Iterable[str]) -> Iterator[Diagnostic]:
    """A warning for each analyzer that is to be disabled and does not exist."""
    names = [_name(analyzer) for analyzer in (*ANALYZERS, *plugins)]
    for name in sorted(set(disabled) - set(names)):
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]}" if near else ""
        yield messages.UNKNOWN_ANALYZER.report(name=name, hint=hint)


def identities(analyzers: Iterable[Analyzer]) -> tuple[str, ...]:
    """`name version` of each, sorted: what an environment records of its plugins."""
    described = (analyzer.metadata for analyzer in analyzers)
    return tuple(sorted(f"{metadata.name} {metadata.version}" for metadata in described))


def _name(analyzer: Analyzer) -> str:
    return analyzer.metadata.name
