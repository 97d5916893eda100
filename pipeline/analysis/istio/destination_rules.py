"""Two DestinationRules for one host in a namespace: Istio merges them, and drops what is twice."""

from collections.abc import Iterator
from typing import Any

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.analysis.hosts import full_host
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_SUBSETS = Fields((("spec.subsets.*", None),))


def _place(resource: Resource, document: Document) -> str:
    """Where rules meet: host and namespace; empty for one that is for some workloads only."""
    spec = document.body.get("spec")
    host = text(spec, "host")
    selective = isinstance(spec, dict) and bool(spec.get("workloadSelector"))
    namespace = resource.key.namespace
    return f"{namespace} {full_host(host, namespace)}" if host and not selective else ""


def _places(resource: Resource, document: Document) -> Iterator[str]:
    if place := _place(resource, document):
        yield place


RULE_BY_HOST = Index("destination-rule-by-host", kinds.DESTINATION_RULE, _places)


class DestinationRules:
    """Reports what two rules of one host both say."""

    metadata = Metadata(
        name="destination-rules",
        description="Hosts for which two DestinationRules say the same thing.",
        codes=frozenset({messages.RULES_MEET.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        indexes=frozenset({RULE_BY_HOST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare with the others of the host."""
        place = _place(subject.resource, subject.document)
        if not place:
            return
        found = subject.reader.find(RULE_BY_HOST, place)
        others = {each.key: each.document() for each in found if each.key != subject.resource.key}
        for path, what in _said(subject.document):
            twice = [key for key, other in others.items() if what in dict(_named(other))]
            if twice:
                yield _report(subject, path, what, place, twice)


def _said(document: Document) -> Iterator[tuple[Path, str]]:
    return ((path, what) for what, path in _named(document))


def _named(document: Document) -> Iterator[tuple[str, Path]]:
    """What a rule says for its host as a whole, in words, and where."""
    spec: Any = document.body.get("spec")
    if isinstance(spec, dict) and spec.get("trafficPolicy"):
        yield "a trafficPolicy", ("spec", "trafficPolicy")
    for path, subset, _ in _SUBSETS.match(document.body):
        if name := text(subset, "name"):
            yield f"subset {name}", path


def _report(subject: Subject, path: Path, what: str, place: str, twice: list[Key]) -> Diagnostic:
    return messages.RULES_MEET.report(
        key=subject.resource.key,
        path=path,
        related=twice,
        host=place.partition(" ")[2],
        what=what,
        others=", ".join(each.name for each in twice),
    )
