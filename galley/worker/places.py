"""Diagnostics in the form that people get, with line and column of the offending field.

Positions are not kept with resources: the origin is read again when a diagnostic needs them.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.model import Diagnostic, Origin, Place
from sources.source import Source


def diagnostic_json(diagnostic: Diagnostic, state: str) -> dict[str, Any]:
    """The map that `DiagnosticResult` describes."""
    return {
        "code": diagnostic.code,
        "level": diagnostic.level.value,
        "message": diagnostic.message,
        "resource": str(diagnostic.key) if diagnostic.key else "",
        "field": diagnostic.field(),
        "source": diagnostic.source,
        "file": diagnostic.locator,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "state": state,
    }


async def located(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> tuple[Diagnostic, ...]:
    """The diagnostics with line and column of their fields where the origin still says so."""
    found = tuple(diagnostics)
    if not any(_open(item) and item.source in sources for item in found):
        return found
    return await asyncio.to_thread(lambda: tuple(_locate(item, sources) for item in found))


def _locate(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> Diagnostic:
    source = sources.get(diagnostic.source)
    if source is None or not _open(diagnostic):
        return diagnostic
    origin = Origin(diagnostic.source, "", diagnostic.locator, diagnostic.line)
    place: Place | None = source.locate(origin, diagnostic.path)
    if place is None:
        return diagnostic
    return replace(diagnostic, line=place.line, column=place.column)


def _open(diagnostic: Diagnostic) -> bool:
    """Whether a more exact place may be found."""
    return bool(diagnostic.locator and diagnostic.line and not diagnostic.column)
