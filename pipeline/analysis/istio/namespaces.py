"""How namespaces join the mesh: by one label, and not by accident."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import (
    DATAPLANE,
    INDEXES,
    INJECTION,
    REVISION,
    is_injected,
    is_injected_by_default,
)
from pipeline.analysis.labels import Labels
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.analysis.namespaces import SYSTEM
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import workloads as messages
from pipeline.stage import Index

_INJECTED = "injected"
_OUTSIDE = SYSTEM - {"default"}
"""Namespaces that are outside the mesh by nature."""


def _joined(_resource: Resource, document: Document) -> Iterator[str]:
    if is_injected(document.labels):
        yield _INJECTED


NAMESPACE_BY_INJECTION = Index("namespace-by-injection", kinds.NAMESPACE, _joined)


class Namespaces:
    """Reports labels that contradict each other, and namespaces that were left out."""

    metadata = Metadata(
        name="namespaces",
        description="Namespaces that say twice, or do not say, whether they are in the mesh.",
        codes=frozenset(
            each.code
            for each in (
                messages.INJECTED_BY_DEFAULT,
                messages.LABELS_OF_INJECTION,
                messages.NAMESPACE_NOT_INJECTED,
            )
        ),
        handles=frozenset({kinds.NAMESPACE}),
        indexes=INDEXES | {MESH, NAMESPACE_BY_INJECTION},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the labels; where there are none, at what others say."""
        key, labels = subject.resource.key, subject.document.labels
        said = _said(labels)
        if len(said) > 1:
            yield messages.LABELS_OF_INJECTION.report(
                key=key, path=("metadata", "labels"), labels=", ".join(said)
            )
        if said or DATAPLANE in labels or key.name in _OUTSIDE | {mesh_of(subject.reader).root}:
            return
        if is_injected_by_default(subject.reader):
            yield messages.INJECTED_BY_DEFAULT.report(
                key=key, path=("metadata",), namespace=key.name
            )
        elif subject.reader.find(NAMESPACE_BY_INJECTION, _INJECTED):
            yield messages.NAMESPACE_NOT_INJECTED.report(
                key=key, path=("metadata",), namespace=key.name
            )


def _said(labels: Labels) -> list[str]:
    """The labels that decide; `disabled` goes together with the ambient mesh."""
    said = [name for name in (INJECTION, REVISION) if name in labels]
    if labels.get(DATAPLANE) != "ambient":
        return said
    return [*(name for name in said if labels[name] != "disabled"), DATAPLANE]
