"""Weights that do not add up, and retries for which there is no time."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.loose import text
from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import traffic as messages
from pipeline.schema.durations import go_duration

_ROUTES = Fields(
    (pattern, None) for pattern in ("spec.http.*.route", "spec.tcp.*.route", "spec.tls.*.route")
)
_RULES = Fields((("spec.http.*", None),))
_WHOLE = 100


class Shares:
    """Reports weights and retries that do not do what they seem to say."""

    metadata = Metadata(
        name="shares",
        description="Weights that do not add up to 100, and retries beyond the timeout.",
        codes=frozenset(
            each.code
            for each in (
                messages.WEIGHTS_MISSING,
                messages.WEIGHTS_ODD,
                messages.RETRIES_WITHOUT_TIME,
            )
        ),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Add up each route, and the tries of each rule."""
        key = subject.resource.key
        for path, route, _ in _ROUTES.match(subject.document.body):
            if isinstance(route, list) and len(route) > 1:
                yield from _weighed(key, path, route)
        for path, rule, _ in _RULES.match(subject.document.body):
            if isinstance(rule, dict) and isinstance(rule.get("retries"), dict):
                yield from _timed(key, path, rule)


def _weighed(key: Key, path: Path, route: list[Any]) -> Iterator[Diagnostic]:
    said = [each.get("weight") if isinstance(each, dict) else None for each in route]
    weights = [each if isinstance(each, int) else 0 for each in said]
    if not any(weights):
        yield messages.WEIGHTS_MISSING.report(key=key, path=path)
    elif sum(weights) != _WHOLE:
        yield messages.WEIGHTS_ODD.report(key=key, path=path, sum=sum(weights))


def _timed(key: Key, path: Path, rule: dict[str, Any]) -> Iterator[Diagnostic]:
    retries = rule["retries"]
    whole = go_duration(text(rule, "timeout"))
    each, attempts = go_duration(text(retries, "perTryTimeout")), retries.get("attempts")
    if whole and each and isinstance(attempts, int) and attempts > 0 and each * 2 > whole:
        yield messages.RETRIES_WITHOUT_TIME.report(
            key=key,
            path=(*path, "retries", "perTryTimeout"),
            each=retries["perTryTimeout"],
            whole=rule["timeout"],
        )
