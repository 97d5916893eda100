"""DestinationRules that send something else than the mutual TLS which a host demands.

What a host demands is told from its Service: a PeerAuthentication for its workloads comes before
that of the namespace, and this before that of the mesh. Where any of them leaves a way open, or the
workloads have no proxy that could demand anything, nothing is said.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import hosts, injection, workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.policies import selector_of, selector_of_service
from pipeline.analysis.labels import Labels, may_meet, meets
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.analysis.others import called
from pipeline.analysis.targets import CLIENT_TLS
from pipeline.loose import inside, mapping, text
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import security as messages
from pipeline.stage import Index, Reader


def _namespace(resource: Resource, _document: Document) -> Iterator[str]:
    yield resource.key.namespace


PEER_BY_NAMESPACE = Index("peer-authentication-by-namespace", kinds.PEER_AUTHENTICATION, _namespace)


class MutualTls:
    """Reports TLS modes that the workloads of a host refuse."""

    metadata = Metadata(
        name="mutual-tls",
        description="DestinationRules without mutual TLS for workloads that demand it.",
        codes=frozenset({messages.MTLS_CONFLICT.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        reads=frozenset({kinds.SERVICE, kinds.NAMESPACE}),
        indexes=injection.INDEXES | frozenset({MESH, PEER_BY_NAMESPACE, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Ask what the host demands if any mode is none of mutual TLS."""
        found = CLIENT_TLS.match(subject.document.body)
        modes = [(path, text(tls, "mode")) for path, tls, _ in found]
        plain = [(path, mode) for path, mode in modes if mode in ("DISABLE", "SIMPLE")]
        host = text(subject.document.body.get("spec"), "host")
        if not plain or not host:
            return
        policy = _demand(subject.reader, hosts.full_host(host, subject.resource.key.namespace))
        if policy is None:
            return
        for path, mode in plain:
            yield messages.MTLS_CONFLICT.report(
                key=subject.resource.key,
                path=(*path, "mode"),
                related=(policy,),
                mode=mode,
                host=host,
                policy=called(policy),
            )


def _demand(reader: Reader, host: str) -> Key | None:
    """The PeerAuthentication that demands mutual TLS of all callers of a Service."""
    key = hosts.service_of(host)
    labels = selector_of_service(reader, key)
    if not labels or key is None or not _have_proxies(reader, key.namespace, labels):
        return None
    for policies in _levels(reader, key.namespace, labels):
        modes = {_mode(document) for _, document in policies}
        if modes - {"UNSET"}:
            return policies[0][0] if modes == {"STRICT"} else None
    return None


def _levels(reader: Reader, namespace: str, labels: Labels) -> Iterator[list[tuple[Key, Document]]]:
    """The policies for some workloads of a Service, for its namespace, and for the mesh."""
    found = reader.find(PEER_BY_NAMESPACE, namespace)
    near = [(each.key, each.document()) for each in found]
    chosen = [(each, selector_of(kinds.PEER_AUTHENTICATION, each[1])) for each in near]
    some = [each for each, wanted in chosen if wanted and may_meet(labels, wanted)]
    every = [each for each, wanted in chosen if wanted and meets(labels, wanted)]
    if len(some) == len(every) or any(_mode(document) != "STRICT" for _, document in some):
        yield some
    yield [each for each, wanted in chosen if not wanted]
    root = mesh_of(reader).root
    if namespace != root:
        found = reader.find(PEER_BY_NAMESPACE, root)
        mesh = [(each.key, each.document()) for each in found]
        yield [each for each in mesh if not selector_of(kinds.PEER_AUTHENTICATION, each[1])]


def _mode(document: Document) -> str:
    """The mode of a policy for all its ports; OPEN where one of them leaves it."""
    mode = text(inside(document.body, "spec", "mtls"), "mode", "UNSET")
    ports = mapping(document.body, "spec", "portLevelMtls").values()
    return mode if all(text(port, "mode", "UNSET") in ("UNSET", mode) for port in ports) else "OPEN"


def _have_proxies(reader: Reader, namespace: str, labels: Labels) -> bool:
    """Whether, as far as is known, each of the workloads has a proxy."""
    pods = [workloads.pod_in(each) for each in workloads.examples(reader, namespace, labels)]
    stated = [pod for pod in pods if pod.spec] or [workloads.Pod({}, {}, {}, ())]
    return all(injection.gets_proxy(reader, namespace, pod) is not False for pod in stated)
