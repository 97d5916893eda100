"""Policies that are for workloads on which they do nothing.

A workload of the ambient mesh has no proxy that a Sidecar could set up; a pod that Istio makes for
a Gateway of the Gateway API heeds policies that name the Gateway, and not those that select it.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import DATAPLANE
from pipeline.analysis.istio.policies import SELECTORS, is_attached, selector_of
from pipeline.analysis.labels import Labels, meets
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import workloads as messages
from pipeline.stage import Index, Reader

_GATEWAY = "gateway.networking.k8s.io/gateway-name"
_REDIRECTION = "ambient.istio.io/redirection"
_POLICIES = frozenset(
    {
        kinds.AUTHORIZATION_POLICY,
        kinds.REQUEST_AUTHENTICATION,
        kinds.TELEMETRY,
        kinds.WASM_PLUGIN,
    }
)


def _of_gateways(resource: Resource, document: Document) -> Iterator[str]:
    if _GATEWAY in document.labels:
        yield resource.key.namespace


GATEWAY_PODS = Index("pods-of-a-k8s-gateway", kinds.POD, _of_gateways)
"""By namespace; there are few, and other pods come and go without being looked at."""


class Ineffective:
    """Reports Sidecars in the ambient mesh, and policies that select a Gateway's pods."""

    metadata = Metadata(
        name="ineffective",
        description="Policies for workloads on which they do nothing.",
        codes=frozenset({messages.SIDECAR_IN_AMBIENT.code, messages.GATEWAY_SELECTED.code}),
        handles=_POLICIES | {kinds.SIDECAR},
        reads=frozenset({kinds.NAMESPACE}),
        indexes=frozenset({GATEWAY_PODS, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at what is selected."""
        key, reader = subject.resource.key, subject.reader
        labels = selector_of(key.collection, subject.document)
        if key.collection == kinds.SIDECAR:
            if _is_ambient(reader, key.namespace, labels):
                path = SELECTORS[key.collection] if labels else ("spec",)
                yield messages.SIDECAR_IN_AMBIENT.report(key=key, path=path)
        elif not is_attached(subject.document) and (
            names := _gateways(reader, key.namespace, labels)
        ):
            yield messages.GATEWAY_SELECTED.report(
                key=key, path=SELECTORS[key.collection], gateways=names
            )


def _gateways(reader: Reader, namespace: str, labels: Labels) -> str:
    """The Gateways whose pods have the labels; none where nothing is selected by labels."""
    pods = [each.labels for each in reader.find(GATEWAY_PODS, namespace)] if labels else []
    return ", ".join(sorted({pod[_GATEWAY] for pod in pods if meets(pod, labels)}))


def _is_ambient(reader: Reader, namespace: str, labels: Labels) -> bool:
    """Whether the workloads, or the namespace where none are selected, are in the ambient mesh."""
    found = reader.get(Key(kinds.NAMESPACE, "", namespace))
    of_namespace = found is not None and found.labels.get(DATAPLANE) == "ambient"
    if not labels:
        return of_namespace
    pods = [workloads.pod_in(each) for each in workloads.examples(reader, namespace, labels)]
    return bool(pods) and all(
        pod.labels.get(DATAPLANE, "ambient" if of_namespace else "") == "ambient"
        or pod.annotations.get(_REDIRECTION) == "enabled"
        for pod in pods
    )
