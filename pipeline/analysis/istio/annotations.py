"""Annotations of Istio that have no effect: unknown, in the wrong place, or with a wrong value.

Judged are namespaces, Services, and pods with all that they are described by; the table is in
`annotation_table`.
"""

import difflib
from collections.abc import Iterator, Mapping

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio import annotation_table as table
from pipeline.analysis.labels import Labels
from pipeline.analysis.workloads import DESCRIBED, is_made, pod_of
from pipeline.model import Diagnostic, Key, Level, Path
from pipeline.model.messages import workloads as messages

_PLACES: Mapping[str, str] = {
    kinds.NAMESPACE: table.NAMESPACE,
    kinds.POD: table.POD,
    kinds.SERVICE: table.SERVICE,
}
_ENDING = "istio.io"
_NEAR = 0.9
"""How alike two names are of which one is taken for a misspelling; 1 is the same."""


class Annotations:
    """Reports what Istio will not heed, or not for long."""

    metadata = Metadata(
        name="annotations",
        description="Annotations of Istio that are unknown, misplaced, wrong or deprecated.",
        codes=frozenset(
            {
                messages.ANNOTATION_DEPRECATED.code,
                messages.ANNOTATION_INVALID.code,
                messages.ANNOTATION_MISPLACED.code,
                messages.ANNOTATION_UNKNOWN.code,
            }
        ),
        handles=frozenset((*_PLACES, *DESCRIBED)),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the annotations of the resource, and at those of the pods it describes."""
        key, document = subject.resource.key, subject.document
        if key.collection != kinds.POD or not is_made(document.labels):
            yield from _judged(key, (), document.annotations, _PLACES.get(key.collection, ""))
        if key.collection in DESCRIBED:
            pod = pod_of(key.collection, document)
            yield from _judged(key, pod.path, pod.annotations, table.POD)


def _judged(key: Key, path: Path, annotations: Labels, place: str) -> Iterator[Diagnostic]:
    for name, value in sorted(annotations.items()):
        if _is_of_istio(name):
            yield from _judge(key, (*path, "metadata", "annotations", name), name, value, place)


def _is_of_istio(name: str) -> bool:
    domain, slash, _ = name.partition("/")
    return bool(slash) and (domain == _ENDING or domain.endswith(f".{_ENDING}"))


def _judge(key: Key, path: Path, name: str, value: str, place: str) -> Iterator[Diagnostic]:
    known = table.ANNOTATIONS.get(name)
    if known is None:
        yield _unknown(key, path, name)
        return
    if place not in known.on and table.ANYWHERE.isdisjoint(known.on):
        kinds = " and ".join(known.on)
        yield messages.ANNOTATION_MISPLACED.report(key=key, path=path, annotation=name, kinds=kinds)
    elif known.form is not None and not known.form.takes(value):
        yield messages.ANNOTATION_INVALID.report(
            key=key, path=path, annotation=name, value=value, form=known.form.said
        )
    if known.deprecated:
        yield messages.ANNOTATION_DEPRECATED.report(key=key, path=path, annotation=name)


def _unknown(key: Key, path: Path, name: str) -> Diagnostic:
    near = difflib.get_close_matches(name, table.ANNOTATIONS, n=1, cutoff=_NEAR)
    return messages.ANNOTATION_UNKNOWN.report(
        key=key,
        path=path,
        level=Level.WARNING if near else None,
        annotation=name,
        hint=f"; did you mean {near[0]}" if near else "",
    )
