"""What runs at an address: the labels and the identity of its Pod, the locality of its Node."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline import kinds
from pipeline.loose import inside, items, mapping, text
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index, Reader
from pipeline.transform.service_entries.backends import Backend

_OVERRIDE = "istio-locality"
"""A Pod's label that takes the place of its Node's locality; dots stand for slashes in it."""

_LEVELS = (
    ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
    ("topology.istio.io/subzone",),
)
"""The labels of a Node that say where it is, from the widest on; of each the first counts. Lately
Kubernetes copies them to its Pods, which tell it where Nodes cannot be read."""

_ENDED = frozenset({"Succeeded", "Failed"})


class Workload(NamedTuple):
    """What is known of who answers at an address."""

    labels: Mapping[str, str]
    locality: str
    """`region/zone/subzone`, as far as it is known."""
    identity: str
    """A SPIFFE name; empty if it is not known."""


def workload_of(reader: Reader, backend: Backend, trust_domain: str) -> Workload:
    """The workload behind a backend; one without a Pod may still be on a Node."""
    pod = _pod(reader, backend)
    if pod is None:
        return Workload({}, _locality(reader, backend.node), "")
    document = pod.document()
    if text(inside(document.body, "status"), "phase") in _ENDED:
        return Workload({}, _locality(reader, backend.node), "")
    spec, labels = inside(document.body, "spec"), document.labels
    said = labels.get(_OVERRIDE, "")
    locality = (
        (said if "/" in said else said.replace(".", "/"))
        or _locality(reader, backend.node or text(spec, "nodeName"))
        or _levels(labels)
    )
    account = text(spec, "serviceAccountName")
    name = f"spiffe://{trust_domain}/ns/{pod.key.namespace}/sa/{account}"
    return Workload(labels, locality, name if account else "")


def _pod(reader: Reader, backend: Backend) -> Resource | None:
    """The Pod that is named, or the only one that has the address for itself."""
    if backend.pod is not None:
        return reader.get(backend.pod)
    found = reader.find(POD_BY_ADDRESS, backend.address)
    return found[0] if len(found) == 1 else None


def _locality(reader: Reader, name: str) -> str:
    node = reader.get(Key(kinds.NODE, "", name)) if name else None
    return _levels(node.labels) if node else ""


def _levels(labels: Mapping[str, str]) -> str:
    levels = (next(filter(None, map(labels.get, names)), "") for names in _LEVELS)
    return "/".join(levels).rstrip("/")


def _addresses(_resource: Resource, document: Document) -> Iterator[str]:
    """Those of a Pod that runs and has them for itself; one on the network of its Node shares
    them."""
    spec, status = mapping(document.body, "spec"), mapping(document.body, "status")
    if spec.get("hostNetwork") is True or text(status, "phase") in _ENDED:
        return
    yield from {text(status, "podIP"), *(text(each, "ip") for each in items(status, "podIPs"))} - {
        ""
    }


POD_BY_ADDRESS = Index("pod-by-address", kinds.POD, _addresses)
"""The Pods that answer at an address, by the address."""
