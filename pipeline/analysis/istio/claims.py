"""Routes that go by the claims of a token at a gateway that verifies no token."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.istio.policies import is_attached, selector_of
from pipeline.analysis.labels import may_meet, meets
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.analysis.others import called
from pipeline.analysis.targets import gateway_name
from pipeline.loose import items
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import security as messages
from pipeline.stage import Index, Reader

_HEADERS = Fields((f"spec.http.*.match.*.{each}", None) for each in ("headers", "withoutHeaders"))
_CLAIMS = "@request.auth.claims"


def _everywhere(_resource: Resource, _document: Document) -> Iterator[str]:
    yield workloads.ANYWHERE


ALL_REQUEST = Index("request-authentication", kinds.REQUEST_AUTHENTICATION, _everywhere)


class Claims:
    """Reports matches on claims where no RequestAuthentication is for the gateway."""

    metadata = Metadata(
        name="claims",
        description="Routes by the claims of a token that the gateway does not verify.",
        codes=frozenset({messages.CLAIMS_UNVERIFIED.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        reads=frozenset({kinds.GATEWAY}),
        indexes=frozenset({ALL_REQUEST, MESH, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Ask for each gateway whether somebody verifies tokens there."""
        claims = list(_claims(subject.document))
        gateways = items(subject.document.body, "spec", "gateways") if claims else []
        for name in gateways:
            found = gateway_name(name, subject.resource.key.namespace)
            gateway = subject.reader.get(Key(kinds.GATEWAY, *found)) if found else None
            if gateway is None or _is_verified(subject.reader, gateway):
                continue
            for path in claims:
                yield messages.CLAIMS_UNVERIFIED.report(
                    key=subject.resource.key,
                    path=path,
                    level=subject.doubt,
                    related=(gateway.key,),
                    gateway=called(gateway.key),
                )


def _claims(document: Document) -> Iterator[Path]:
    for path, headers, _ in _HEADERS.match(document.body):
        for name in headers if isinstance(headers, dict) else ():
            if isinstance(name, str) and name.startswith(_CLAIMS):
                yield (*path, name)


def _is_verified(reader: Reader, gateway: Resource) -> bool:
    """Whether a RequestAuthentication is for one of the gateway's workloads, or might be."""
    labels = selector_of(kinds.GATEWAY, gateway.document())
    policies = reader.find(ALL_REQUEST, workloads.ANYWHERE)
    documents = [(each.key.namespace, each.document()) for each in policies]
    if not labels or any(is_attached(document) for _, document in documents):
        return True
    wanted = [
        (namespace, selector_of(kinds.REQUEST_AUTHENTICATION, document))
        for namespace, document in documents
    ]
    held = workloads.examples(reader, workloads.ANYWHERE, labels) if wanted else []
    pods = [(each.key.namespace, workloads.labels_of(each)) for each in held]
    if not pods:
        return any(may_meet(labels, each) for _, each in wanted)
    root = mesh_of(reader).root
    return any(
        workloads.reach(namespace, root) in (workloads.ANYWHERE, place) and meets(pod, each)
        for namespace, each in wanted
        for place, pod in pods
    )
