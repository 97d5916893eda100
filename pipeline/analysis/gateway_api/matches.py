"""Two rules for the same requests: the one that was made later never gets any.

Routes of one host at one listener are merged. Where two have a match that is the same word for
word, the older route is taken, and within one route the rule that comes first.
"""

import json
from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.gateway_api.parents import hostnames_of, parents_of
from pipeline.analysis.others import conflict, other_keys
from pipeline.loose import items, mapping, text
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import gateway_api as messages
from pipeline.stage import Index


def _matches(document: Document) -> Iterator[tuple[Path, str]]:
    """Each match of each rule, made comparable; a rule without any takes everything."""
    for at, rule in enumerate(items(document.body, "spec", "rules")):
        path = ("spec", "rules", at)
        held = items(rule, "matches")
        for number, match in enumerate(held):
            yield (*path, "matches", number), _comparable(match)
        if not held and isinstance(rule, dict):
            yield path, _comparable({})


def _comparable(match: Any) -> str:
    """A match as text, the same for all that mean the same by what they leave out."""
    if not isinstance(match, dict):
        return ""
    path = mapping(match, "path")
    path = {"type": text(path, "type", "PathPrefix"), "value": text(path, "value", "/")}
    return json.dumps({**match, "path": path}, sort_keys=True, ensure_ascii=False)


def _values(resource: Resource, document: Document) -> Iterator[str]:
    yield from (value for _, value in _met(resource, document))


def _met(resource: Resource, document: Document) -> Iterator[tuple[Path, str]]:
    """Where two routes may meet: listener, host and match, as index values with their paths."""
    kind = resource.key.collection.rpartition("/")[2]
    parents = [
        f"{each.key.namespace}/{each.key.name} {each.section} {each.port or ''}"
        for each in parents_of(document, resource.key.namespace)
    ]
    hosts = hostnames_of(document)
    for path, match in _matches(document) if hosts else ():
        for parent in parents:
            yield from ((path, f"{kind} {parent} {host} {match}") for host in hosts)


ROUTE_BY_MATCH = Index("http-route-by-listener-host-and-match", kinds.HTTP_ROUTE, _values)


class Matches:
    """Reports matches of an HTTPRoute that another rule or route has, too."""

    metadata = Metadata(
        name="matches",
        description="Matches of an HTTPRoute that stand in another rule or route, too.",
        codes=frozenset({messages.MATCH_TWICE.code, messages.ROUTES_MEET.code}),
        handles=frozenset({kinds.HTTP_ROUTE}),
        indexes=frozenset({ROUTE_BY_MATCH}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the matches with each other, then look up those of other routes."""
        mine = subject.resource.key
        first: dict[str, Path] = {}
        for path, match in _matches(subject.document):
            earlier = first.setdefault(match, path)
            if match and earlier is not path:
                yield messages.MATCH_TWICE.report(key=mine, path=path, rule=int(earlier[2]) + 1)
        told: set[Path] = set()
        for path, value in _met(subject.resource, subject.document):
            others = other_keys(subject.reader.find(ROUTE_BY_MATCH, value), mine)
            if others and path not in told:
                told.add(path)
                yield conflict(messages.ROUTES_MEET, mine, path, others)
