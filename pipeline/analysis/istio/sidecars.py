"""Two Sidecars without a selector in one namespace: which one its workloads get is undefined."""

from collections.abc import Iterator

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index


def _selects(document: Document) -> bool:
    spec = document.body.get("spec")
    selector = spec.get("workloadSelector") if isinstance(spec, dict) else None
    return bool(selector.get("labels")) if isinstance(selector, dict) else False


def _default_of(resource: Resource, document: Document) -> Iterator[str]:
    if not _selects(document):
        yield resource.key.namespace


DEFAULT_SIDECAR = Index("sidecar-by-default-of", kinds.SIDECAR, _default_of)


class Sidecars:
    """Reports Sidecars that are the default of a namespace beside another one."""

    metadata = Metadata(
        name="sidecars",
        description="Namespaces with more than one Sidecar for all workloads.",
        codes=frozenset({messages.SIDECAR_DEFAULT_TWICE.code}),
        handles=frozenset({kinds.SIDECAR}),
        indexes=frozenset({DEFAULT_SIDECAR}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for others of the same namespace."""
        if _selects(subject.document):
            return
        mine = subject.resource.key
        found = subject.reader.find(DEFAULT_SIDECAR, mine.namespace)
        others = [other.key for other in found if other.key != mine]
        if others:
            yield messages.SIDECAR_DEFAULT_TWICE.report(
                key=mine,
                path=("spec",),
                related=others,
                namespace=mine.namespace,
                others=", ".join(each.name for each in others),
            )
