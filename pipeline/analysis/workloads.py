"""Which pods a selector selects, whether they run already or are only described by a workload.

A selector is looked up under one of its labels, in the kinds that describe pods first and among
running pods last: what a Deployment answers does not depend on what has been observed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.analysis.labels import Labels, first_pair, labels_in, meets, pairs
from pipeline.loose import inside, mapping
from pipeline.model import Document, Level, Path, Resource
from pipeline.stage import Index, Reader

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "apps/Deployment": ("spec", "template"),
    "apps/StatefulSet": ("spec", "template"),
    "apps/DaemonSet": ("spec", "template"),
    "apps/ReplicaSet": ("spec", "template"),
    "argoproj.io/Rollout": ("spec", "template"),
    "batch/Job": ("spec", "template"),
    "batch/CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Kinds that pods are made from, and where these are described."""

DESCRIBED = frozenset(TEMPLATES) - {"apps/ReplicaSet"}
"""Those that people write; a ReplicaSet repeats what its Deployment says."""

_BY_CONTROLLERS = frozenset(
    {"batch.kubernetes.io/job-name", "controller-revision-hash", "job-name", "pod-template-hash"}
)
_WHEN_MADE = _BY_CONTROLLERS | {
    "apps.kubernetes.io/pod-index",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
}
"""Labels that pods get when they are made; nothing that describes them has any of these."""

_GROUPS = {kinds.WORKLOAD_GROUP: ("spec",)}
"""Kinds that machines outside the cluster join as, described in the same way."""

ANYWHERE = "*"
"""Stands for every namespace."""


class Pod(NamedTuple):
    """What a pod is or will be."""

    labels: Labels
    annotations: Labels
    spec: Mapping[str, Any]
    """Empty for machines outside the cluster."""
    path: Path
    """Where the pod is described within its resource."""


def pod_of(collection: str, document: Document) -> Pod:
    """The pod that a resource is, or describes."""
    body = document.body
    if collection == kinds.POD:
        return Pod(document.labels, document.annotations, mapping(body, "spec"), ())
    if collection == kinds.WORKLOAD_ENTRY:
        return Pod({**document.labels, **labels_in(body, "spec", "labels")}, {}, {}, ())
    path = TEMPLATES.get(collection) or _GROUPS[collection]
    described = inside(body, *path)
    labels = labels_in(described, "metadata", "labels")
    annotations = labels_in(described, "metadata", "annotations")
    return Pod(labels, annotations, mapping(described, "spec"), path)


def pod_in(resource: Resource) -> Pod:
    """The pod that a resource which was found is, or describes."""
    return pod_of(resource.key.collection, resource.document())


def labels_of(resource: Resource) -> Labels:
    """The labels of the pod alone; those of a running one are read without decoding the rest."""
    return resource.labels if resource.key.collection == kinds.POD else pod_in(resource).labels


def is_made(labels: Labels) -> bool:
    """Whether a controller made the pod with these labels, so that it repeats what describes it."""
    return not _BY_CONTROLLERS.isdisjoint(labels)


def _values(resource: Resource, document: Document) -> Iterator[str]:
    namespace = resource.key.namespace
    yield namespace
    for pair in pairs(pod_of(resource.key.collection, document).labels):
        yield f"{namespace} {pair}"
        yield f"{ANYWHERE} {pair}"


INDEXES = tuple(
    Index(f"pods-of-{collection.rpartition('/')[2].lower()}-by-label", collection, _values)
    for collection in (*TEMPLATES, *_GROUPS, kinds.WORKLOAD_ENTRY, kinds.POD)
)
"""By namespace, and by label within a namespace and anywhere; running pods come last."""


_DESCRIBED, _RUNNING = INDEXES[:-1], INDEXES[-1:]


def selected(
    reader: Reader, namespace: str, labels: Labels, indexes: Iterable[Index] = INDEXES
) -> Iterator[Resource]:
    """Everything in a namespace, or `ANYWHERE`, whose pods have the labels (at least one)."""
    value = f"{namespace} {first_pair(labels)}"
    for index in indexes:
        for found in reader.find(index, value):
            if len(labels) == 1 or meets(labels_of(found), labels):
                yield found


def examples(reader: Reader, namespace: str, labels: Labels) -> list[Resource]:
    """What describes the pods that are selected, or these themselves where nothing does.

    A thousand pods of one Deployment tell no more than it does, and come and go all the time.
    """
    described = list(selected(reader, namespace, labels, _DESCRIBED))
    return described or list(selected(reader, namespace, labels, _RUNNING))


def lack(reader: Reader, namespace: str, labels: Labels) -> Level | None:
    """How serious it is that no pod has the labels; None: one has, or it cannot be told.

    A warning where running pods are held. Without them it takes something in the namespace that
    describes pods, and is a remark: operators and other tools make workloads that nobody writes
    down. It can never be told of all namespaces at once, nor of labels that pods get only when they
    are made.
    """
    if next(selected(reader, namespace, labels), None) is not None:
        return None
    if reader.holds(kinds.POD):
        return Level.WARNING
    if namespace == ANYWHERE or not _WHEN_MADE.isdisjoint(labels):
        return None
    is_described = any(reader.find(index, namespace) for index in _DESCRIBED)
    return Level.INFO if is_described else None


def reach(namespace: str, root: str) -> str:
    """Where a policy in a namespace selects pods: those of the root namespace do everywhere."""
    return ANYWHERE if namespace == root else namespace
