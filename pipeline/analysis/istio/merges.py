"""VirtualServices that a gateway merges, and of which one says again what another one has said.

At a gateway the rules of all VirtualServices of a host become one list, in the order of their age
and whatever their namespaces: of two rules with one match only the older one is ever taken. Rules
without a match are the concern of `bound_hosts`.
"""

import json
from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.hosts import hosts_in
from pipeline.analysis.istio.bound_hosts import gateways_of
from pipeline.analysis.others import conflict, other_keys
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_MATCHES = Fields((("spec.http.*.match.*", None),))
_UNSAID = ("name", "statPrefix")
"""What a match may be called; it changes nothing."""


def _met(resource: Resource, document: Document) -> Iterator[tuple[Path, str, str]]:
    """Where two may meet: each match with its path, its gateway and host, and the index value."""
    places = [
        f"{host} at {gateway}"
        for _, gateway in gateways_of(document, resource.key.namespace)
        for _, host in hosts_in(document)
    ]
    for path, match, _ in _MATCHES.match(document.body) if places else ():
        if not isinstance(match, dict):
            continue
        said = {name: value for name, value in match.items() if name not in _UNSAID}
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        yield from ((path, place, f"{place} {text}") for place in places)


def _values(resource: Resource, document: Document) -> Iterator[str]:
    return (value for _, _, value in _met(resource, document))


ROUTE_BY_MATCH = Index("virtual-service-by-gateway-host-and-match", kinds.VIRTUAL_SERVICE, _values)


class Merges:
    """Reports matches that another VirtualService of the host at the gateway has, too."""

    metadata = Metadata(
        name="merges",
        description="Matches that two VirtualServices of a gateway's host both have.",
        codes=frozenset({messages.MATCH_SHARED.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        indexes=frozenset({ROUTE_BY_MATCH}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up each match, and report it once."""
        mine = subject.resource.key
        told: set[Path] = set()
        for path, place, value in _met(subject.resource, subject.document):
            others = other_keys(subject.reader.find(ROUTE_BY_MATCH, value), mine)
            if others and path not in told:
                told.add(path)
                yield conflict(messages.MATCH_SHARED, mine, path, others, place=place)
