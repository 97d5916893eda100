"""Two DestinationRules for one host in a namespace: Istio merges them, and drops what is twice."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.hosts import full_host
from pipeline.analysis.others import conflict, other_keys
from pipeline.loose import items, mapping, text
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index


def _host(resource: Resource, document: Document) -> str:
    """The host that rules meet at; empty for one that is for some workloads only."""
    spec = mapping(document.body, "spec")
    host = text(spec, "host")
    return (
        full_host(host, resource.key.namespace) if host and not spec.get("workloadSelector") else ""
    )


def _said(document: Document) -> Iterator[tuple[Path, str]]:
    """What a rule says for its host as a whole: where, and in words."""
    spec = mapping(document.body, "spec")
    if spec.get("trafficPolicy"):
        yield ("spec", "trafficPolicy"), "a trafficPolicy"
    for at, subset in enumerate(items(spec, "subsets")):
        if name := text(subset, "name"):
            yield ("spec", "subsets", at), f"subset {name}"


def _value(resource: Resource, host: str, what: str) -> str:
    return f"{resource.key.namespace} {host} {what}"


def _values(resource: Resource, document: Document) -> Iterator[str]:
    if host := _host(resource, document):
        yield from (_value(resource, host, what) for _, what in _said(document))


RULE_BY_WORD = Index("destination-rule-by-what-it-says", kinds.DESTINATION_RULE, _values)


class DestinationRules:
    """Reports what two rules of one host both say."""

    metadata = Metadata(
        name="destination-rules",
        description="Hosts for which two DestinationRules say the same thing.",
        codes=frozenset({messages.RULES_MEET.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        indexes=frozenset({RULE_BY_WORD}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Ask of everything it says whether another rule of the host says it."""
        resource = subject.resource
        host = _host(resource, subject.document)
        for path, what in _said(subject.document) if host else ():
            found = subject.reader.find(RULE_BY_WORD, _value(resource, host, what))
            others = other_keys(found, resource.key)
            if others:
                yield conflict(
                    messages.RULES_MEET, resource.key, path, others, host=host, what=what
                )
