"""Pods and their proxy: one that is missing, or one whose user the application takes.

Where nobody holds the namespace it is not known whether pods are injected, and nothing is said.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import injection
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.injection import (
    DATAPLANE,
    containers,
    gets_proxy,
    is_proxy,
    is_running,
)
from pipeline.analysis.workloads import DESCRIBED, Pod, is_made, pod_of
from pipeline.loose import inside
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import workloads as messages

_PROXY_USER = 1337
_USER = ("securityContext", "runAsUser")


class Proxies:
    """Reports pods without a proxy where they should have one, and those that go around it."""

    metadata = Metadata(
        name="proxies",
        description="Pods of the mesh that have no proxy, or go around it.",
        codes=frozenset({messages.POD_WITHOUT_PROXY.code, messages.RUNS_AS_PROXY.code}),
        handles=frozenset({kinds.POD, *DESCRIBED}),
        reads=frozenset({kinds.NAMESPACE}),
        indexes=injection.INDEXES,
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Ask whether the pod is to have a proxy, has one, and lets it see what it sends."""
        key = subject.resource.key
        pod = pod_of(key.collection, subject.document)
        if DATAPLANE in pod.labels or not gets_proxy(subject.reader, key.namespace, pod):
            return
        has_ended = inside(subject.document.body, "status", "phase") in ("Succeeded", "Failed")
        if is_running(key.collection, pod) and not has_ended and not _has_proxy(pod):
            yield messages.POD_WITHOUT_PROXY.report(key=key, path=("metadata",))
        for path in () if is_made(pod.labels) else _as_proxy(pod):
            yield messages.RUNS_AS_PROXY.report(key=key, path=(*pod.path, "spec", *path, *_USER))


def _has_proxy(pod: Pod) -> bool:
    """As a container, or as one that is started before the others and stays."""
    return any(is_proxy(each) for _, each in containers(pod, "containers", "initContainers"))


def _as_proxy(pod: Pod) -> Iterator[Path]:
    """Where a pod takes the user of the proxy, other than for the proxy itself."""
    applications = [(path, each) for path, each in containers(pod) if not is_proxy(each)]
    if inside(pod.spec, *_USER) == _PROXY_USER and applications:
        yield ()
    for path, container in applications:
        if inside(container, *_USER) == _PROXY_USER:
            yield path
