"""Patterns that are none of RE2, the language in which proxies match."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.loose import mapping
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import traffic as messages
from pipeline.schema.regex import compiled

_MATCH = "spec.http.*.match.*"
_PATTERNS = Fields(
    (each, None)
    for each in (
        *(f"{_MATCH}.{part}.regex" for part in ("authority", "method", "scheme", "uri")),
        "spec.http.*.corsPolicy.allowOrigins.*.regex",
        "spec.http.*.rewrite.uriRegexRewrite.match",
    )
)
_BY_NAME = Fields(
    (f"{_MATCH}.{part}", None) for part in ("headers", "queryParams", "withoutHeaders")
)


class Regexes:
    """Reports patterns of a VirtualService that no proxy understands."""

    metadata = Metadata(
        name="regexes",
        description="Patterns of a VirtualService that cannot be read.",
        codes=frozenset({messages.REGEX_INVALID.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Read each pattern."""
        for path, pattern in _patterns(subject.document.body):
            if not _is_readable(pattern):
                yield messages.REGEX_INVALID.report(
                    key=subject.resource.key, path=path, pattern=pattern
                )


def _patterns(body: Any) -> Iterator[tuple[Path, str]]:
    for path, pattern, _ in _PATTERNS.match(body):
        if isinstance(pattern, str):
            yield path, pattern
    for path, named, _ in _BY_NAME.match(body):
        for name, match in mapping(named).items():
            pattern = mapping(match).get("regex")
            if isinstance(pattern, str):
                yield (*path, name, "regex"), pattern


def _is_readable(pattern: str) -> bool:
    try:
        compiled(pattern)
    except ValueError:
        return False
    return True
