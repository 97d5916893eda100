"""Whether the pods of a namespace get a proxy beside them: what its labels and theirs say."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.labels import Labels
from pipeline.analysis.mesh.injector import INJECTOR, injector_of
from pipeline.analysis.workloads import Pod
from pipeline.loose import items, text
from pipeline.model import Key, Path
from pipeline.stage import Reader

INJECTION = "istio-injection"
REVISION = "istio.io/rev"
DATAPLANE = "istio.io/dataplane-mode"
INJECT = "sidecar.istio.io/inject"
INDEXES = frozenset({INJECTOR})
"""What is read to tell whether pods are injected, beside their namespace."""
PROXY = "istio-proxy"
"""The container that is injected."""


def is_injected(namespace: Labels) -> bool:
    """Whether a namespace with these labels has its pods injected."""
    if INJECTION in namespace:
        return namespace[INJECTION] == "enabled"
    return REVISION in namespace


def wish_of(pod: Pod) -> bool | None:
    """Whether the pod wants a proxy, whatever its namespace says; None: it does not say."""
    said = pod.labels.get(INJECT, pod.annotations.get(INJECT))
    if said is None:
        return None
    return said.lower() in ("true", "yes", "y", "on", "1")


def gets_proxy(reader: Reader, namespace: str, pod: Pod) -> bool | None:
    """Whether the pod is injected; None: nobody holds its namespace."""
    if pod.spec.get("hostNetwork") is True:
        return False
    wish = wish_of(pod)
    if wish is not None:
        return wish
    found = reader.get(Key(kinds.NAMESPACE, "", namespace))
    if found is None:
        return None
    labels = found.labels
    if INJECTION not in labels and REVISION not in labels and is_injected_by_default(reader):
        return True
    return is_injected(labels) or (REVISION in pod.labels and INJECTION not in labels)


def is_injected_by_default(reader: Reader) -> bool:
    """Whether namespaces that say nothing are injected, as far as is known."""
    injector = injector_of(reader)
    return injector is not None and injector.by_default


def containers(pod: Pod, *fields: str) -> Iterator[tuple[Path, Any]]:
    """Each container with its path below the pod's `spec`; by default those of the application."""
    for field in fields or ("containers",):
        for at, container in enumerate(items(pod.spec, field)):
            yield (field, at), container


def is_running(collection: str, pod: Pod) -> bool:
    """Whether the pod has been made, so that it has been injected already or never will be."""
    return collection == kinds.POD and "nodeName" in pod.spec


def is_proxy(container: Any) -> bool:
    """Whether a container is the injected one."""
    return text(container, "name") == PROXY
