"""Rules of a VirtualService that no request reaches, because one before them takes it.

A rule is compared with those before it: one without conditions takes everything; a match takes what
an equal match would, and a prefix of paths takes every longer one under the same conditions.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import traffic as messages


class Match(NamedTuple):
    """One alternative of a rule's conditions."""

    others: str
    """Everything but the path, comparable."""
    exact: str | None
    prefix: str | None
    regex: str | None

    def takes(self, other: "Match") -> bool:
        """Whether every request that meets the other meets this one."""
        if self in (other, EVERYTHING):
            return True
        if self.others != other.others or self.regex is not None:
            return False
        if self.prefix is None:
            return self.exact is None  # no word on the path: any will do
        return (other.exact or other.prefix or "").startswith(self.prefix)


EVERYTHING = Match("{}", None, None, None)


class Rules:
    """Reports rules and matches that never come to bear."""

    metadata = Metadata(
        name="rules",
        description="Rules of a VirtualService that no request reaches.",
        codes=frozenset({messages.RULE_UNREACHABLE.code, messages.MATCH_INEFFECTIVE.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Go through the rules of each protocol in order."""
        spec = subject.document.body.get("spec")
        for protocol in ("http", "tls", "tcp"):
            rules = spec.get(protocol) if isinstance(spec, dict) else None
            if isinstance(rules, list):
                yield from _walk(subject.resource.key, ("spec", protocol), rules)


def _walk(key: Key, path: Path, rules: list[Any]) -> Iterator[Diagnostic]:
    before: list[tuple[int, Match]] = []
    for at, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        matches = list(_matches(rule))
        taken = {n: by for n, match in enumerate(matches) if (by := _taker(before, match))}
        if matches and len(taken) == len(matches):
            by = min(taken.values())
            yield messages.RULE_UNREACHABLE.report(
                key=key, path=(*path, at), rule=_name(rule, at), by=_name(rules[by - 1], by - 1)
            )
        else:
            for n, by in taken.items():
                yield messages.MATCH_INEFFECTIVE.report(
                    key=key, path=(*path, at, "match", n), by=_name(rules[by - 1], by - 1)
                )
        before += ((at + 1, match) for match in matches)


def _taker(before: list[tuple[int, Match]], match: Match) -> int:
    """Which rule takes all that meets a match, counted from 1; 0: none."""
    return next((at for at, earlier in before if earlier.takes(match)), 0)


def _matches(rule: Mapping[str, Any]) -> Iterator[Match]:
    """The alternatives; a rule without any takes everything."""
    listed = rule.get("match") or [{}]
    for match in listed if isinstance(listed, list) else ():
        if isinstance(match, dict) and isinstance(match.get("uri", {}), dict):
            yield _read(match)


def _read(match: Mapping[str, Any]) -> Match:
    uri = match.get("uri", {})
    others = {name: item for name, item in match.items() if name not in ("uri", "name")}
    parts = {name: str(uri[name]) if name in uri else None for name in ("exact", "prefix", "regex")}
    return Match(json.dumps(others, sort_keys=True, default=str), **parts)


def _name(rule: Any, at: int) -> str:
    said = rule.get("name") if isinstance(rule, dict) else None
    return f"{said!r}" if said else f"number {at + 1}"
