"""Which Ingresses are ours, as istiod decides it (`ingressControllerMode`, IngressClass).

The old annotation comes first, then `ingressClassName`. For an Ingress of no class Kubernetes fills
in the default IngressClass when it is created; manifests that have met no API server are taken to
be of that class, too.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import inside
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import ingress as messages
from pipeline.stage import Index, Reader
from pipeline.transform.ingress.settings import IngressSettings

OLD_ANNOTATION = "kubernetes.io/ingress.class"
DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


def _is_default(_resource: Resource, document: Document) -> Iterable[str]:
    return ("default",) if document.annotations.get(DEFAULT_ANNOTATION) == "true" else ()


DEFAULT_CLASS = Index("default-ingress-class", kinds.INGRESS_CLASS, _is_default)


class Verdict(NamedTuple):
    """Whether an Ingress is ours."""

    ours: bool
    diagnostics: tuple[Diagnostic, ...] = ()


def judge(settings: IngressSettings, key: Key, document: Document, reader: Reader) -> Verdict:
    """Decide by annotation, class, default class and mode, in this order."""
    annotated = document.annotations.get(OLD_ANNOTATION)
    if annotated is not None:
        return Verdict(annotated == settings.ingress_class)
    named = inside(document.body, "spec", "ingressClassName")
    if named is not None:
        return _by_name(settings, key, named, reader)
    return _by_default(settings, key, reader)


def _by_name(settings: IngressSettings, key: Key, named: Any, reader: Reader) -> Verdict:
    if not isinstance(named, str):
        return Verdict(ours=False)
    found = reader.get(Key(kinds.INGRESS_CLASS, "", named))
    if found is not None:
        return Verdict(_is_ours(settings, found))
    if named == settings.ingress_class:
        return Verdict(ours=True)
    if not reader.holds(kinds.INGRESS_CLASS):
        return Verdict(ours=False)
    missing = messages.CLASS_MISSING.report(
        key=key, path=("spec", "ingressClassName"), ingress_class=named
    )
    return Verdict(ours=False, diagnostics=(missing,))


def _by_default(settings: IngressSettings, key: Key, reader: Reader) -> Verdict:
    defaults = reader.find(DEFAULT_CLASS, "default")
    if not defaults:
        return Verdict(settings.mode == "default")
    ours = _is_ours(settings, defaults[0])
    if len(defaults) == 1:
        return Verdict(ours)
    several = messages.DEFAULT_CLASSES.report(
        key=key,
        path=("spec",),
        related=(each.key for each in defaults),
        classes=", ".join(each.key.name for each in defaults),
        chosen=defaults[0].key.name,
    )
    return Verdict(ours, (several,))


def _is_ours(settings: IngressSettings, ingress_class: Resource) -> bool:
    body = ingress_class.document().body
    return bool(inside(body, "spec", "controller") == settings.controller)
