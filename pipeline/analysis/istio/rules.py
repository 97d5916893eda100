"""Rules of a VirtualService that no request reaches, because one before them takes it.

A rule is compared with those before it: one without conditions takes everything; a match takes what
an equal match would, and a prefix of paths takes every longer one under the same conditions.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.loose import items
from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import traffic as messages


class Match(NamedTuple):
    """One alternative of a rule's conditions."""

    others: str
    """Everything but the path, comparable."""
    exact: str | None = None
    prefix: str | None = None
    regex: str | None = None


EVERYTHING = Match("{}")


class Taken:
    """What the matches so far take: each is asked about in proportion to its own size."""

    def __init__(self) -> None:
        self._by: dict[Match, int] = {}
        self._lengths: dict[str, set[int]] = defaultdict(set)
        """How long the prefixes are beside the same other conditions."""

    def add(self, match: Match, at: int) -> None:
        """Note a match of the rule at a position; rules come in order."""
        self._by.setdefault(match, at)
        if match.prefix is not None:
            self._lengths[match.others].add(len(match.prefix))

    def by(self, match: Match) -> int | None:
        """The position of the first rule that takes all that meets a match; None: none does."""
        takers = {match, Match(match.others), EVERYTHING}
        path = match.prefix if match.exact is None else match.exact
        if path is not None:
            lengths = self._lengths[match.others]
            takers |= {Match(match.others, prefix=path[:n]) for n in lengths if n <= len(path)}
        return min((self._by[each] for each in takers if each in self._by), default=None)


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
        for protocol in ("http", "tls", "tcp"):
            rules = items(subject.document.body, "spec", protocol)
            yield from _walk(subject.resource.key, ("spec", protocol), rules)


def _walk(key: Key, path: Path, rules: list[Any]) -> Iterator[Diagnostic]:
    before = Taken()
    for at, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        matches = list(_matches(rule))
        asked = ((n, before.by(match)) for n, match in enumerate(matches))
        taken = {n: by for n, by in asked if by is not None}
        if matches and len(taken) == len(matches):
            by = min(taken.values())
            yield messages.RULE_UNREACHABLE.report(
                key=key, path=(*path, at), rule=_name(rule, at), by=_name(rules[by], by)
            )
        else:
            for n, by in taken.items():
                yield messages.MATCH_INEFFECTIVE.report(
                    key=key, path=(*path, at, "match", n), by=_name(rules[by], by)
                )
        for match in matches:
            before.add(match, at)


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
