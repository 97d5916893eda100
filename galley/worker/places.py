"""Diagnostics in the form that people get: with line, column and web address of the field.

Positions are not kept with resources: the origin is read again when a diagnostic needs them.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from pipeline.model import Diagnostic, Origin, Path, Place
from sources.source import Source


class Locates(Protocol):
    """What knows where a field is: a source, for one."""

    def locate(self, origin: Origin, path: Path) -> Place | None:
        """Line and column of a field; None if its origin has changed."""


log = logging.getLogger("galley.places")

NOWHERE: Mapping[str, Source] = MappingProxyType({})


def diagnostic_json(
    diagnostic: Diagnostic, state: str, sources: Mapping[str, Source] = NOWHERE
) -> dict[str, Any]:
    """The map that `DiagnosticResult` describes; the sources know web addresses."""
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
        "revision": diagnostic.revision,
        "uid": diagnostic.uid,
        "generation": diagnostic.generation,
        "link": link(_origin(diagnostic), sources),
        "state": state,
    }


def origin_json(origin: Origin | None, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Where a resource comes from, as every answer has it."""
    known = origin or Origin("", "", "")
    return {
        "source": known.source,
        "file": known.locator,
        "line": known.line,
        "revision": known.revision,
        "uid": known.uid,
        "generation": known.generation,
        "link": link(known, sources),
    }


def link(origin: Origin, sources: Mapping[str, Source]) -> str:
    """Web address of an origin; empty where there is none, or its source cannot say."""
    source = sources.get(origin.source)
    try:
        return source.link(origin) if source else ""
    except Exception:  # of any kind: a source's code may be from outside
        log.exception("The source %s cannot say where %s is.", origin.source, origin)
        return ""


async def located(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Locates]
) -> tuple[Diagnostic, ...]:
    """The diagnostics with line and column of their fields where the origin still says so."""
    found = tuple(diagnostics)
    if not any(_open(item) and item.source in sources for item in found):
        return found
    return await asyncio.to_thread(lambda: tuple(_locate(item, sources) for item in found))


def _locate(diagnostic: Diagnostic, sources: Mapping[str, Locates]) -> Diagnostic:
    source = sources.get(diagnostic.source)
    if source is None or not _open(diagnostic):
        return diagnostic
    place: Place | None = source.locate(_origin(diagnostic), diagnostic.path)
    if place is None:
        return diagnostic
    return replace(diagnostic, line=place.line, column=place.column)


def _origin(diagnostic: Diagnostic) -> Origin:
    return Origin(diagnostic.source, diagnostic.revision, diagnostic.locator, diagnostic.line)


def _open(diagnostic: Diagnostic) -> bool:
    """Whether a more exact place may be found."""
    return bool(diagnostic.locator and diagnostic.line and not diagnostic.column)
