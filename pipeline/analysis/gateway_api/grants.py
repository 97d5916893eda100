"""References into another namespace that nobody there has granted."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.targets import BACKENDS
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import gateway_api as messages
from pipeline.stage import Index

_BACKENDS = Fields((each, None) for each in BACKENDS)
_CERTIFICATES = Fields((("spec.listeners.*.tls.certificateRefs.*", None),))


class Reference(NamedTuple):
    """What a route or a Gateway refers to, maybe in another namespace."""

    path: Path
    group: str
    kind: str
    namespace: str
    name: str
    port: object


def references_of(resource: Resource, document: Document) -> Iterator[Reference]:
    """The backends of a route, or the certificates of a Gateway."""
    of_gateway = resource.key.collection == kinds.K8S_GATEWAY
    fields, kind = (_CERTIFICATES, "Secret") if of_gateway else (_BACKENDS, "Service")
    for path, ref, _ in fields.match(document.body):
        if name := text(ref, "name"):
            place = text(ref, "namespace", resource.key.namespace)
            what = text(ref, "group"), text(ref, "kind", kind)
            yield Reference(path, *what, place, name, inside(ref, "port"))


def _granted(resource: Resource, document: Document) -> Iterator[str]:
    """Who may refer to what in the namespace of a ReferenceGrant."""
    place = resource.key.namespace
    for origin in items(document.body, "spec", "from"):
        who = f"{text(origin, 'group')}/{text(origin, 'kind')} {text(origin, 'namespace')}"
        for target in items(document.body, "spec", "to"):
            what = f"{text(target, 'group')}/{text(target, 'kind')} {place}"
            yield f"{who} {what} {text(target, 'name', '*')}"


GRANT = Index("reference-grant-by-who-and-what", kinds.REFERENCE_GRANT, _granted)


class Grants:
    """Reports references into another namespace without a ReferenceGrant there."""

    metadata = Metadata(
        name="grants",
        description="References of the Gateway API into namespaces that do not grant them.",
        codes=frozenset({messages.NOT_GRANTED.code}),
        handles=frozenset({kinds.K8S_GATEWAY, *kinds.K8S_ROUTES}),
        indexes=frozenset({GRANT}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for a grant for each reference that leaves the namespace."""
        mine = subject.resource.key
        for reference in references_of(subject.resource, subject.document):
            if reference.namespace == mine.namespace or _is_granted(subject, mine, reference):
                continue
            yield messages.NOT_GRANTED.report(
                key=mine,
                path=(*reference.path, "namespace"),
                level=subject.doubt,
                kind=reference.kind,
                name=reference.name,
                namespace=reference.namespace,
            )


def _is_granted(subject: Subject, mine: Key, reference: Reference) -> bool:
    who = f"{mine.collection} {mine.namespace}"
    what = f"{reference.group}/{reference.kind} {reference.namespace}"
    names = (reference.name, "*")
    return any(subject.reader.find(GRANT, f"{who} {what} {name}") for name in names)
