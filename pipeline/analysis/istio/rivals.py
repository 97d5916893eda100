"""Two resources that are for one workload, where Istio heeds only one of them.

They meet if neither has a selector, if both have the same, or if some pod has the labels of both.
The others are looked up under the labels of those pods, so the cost is that of what they have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.policies import SELECTORS, is_attached, selector_of
from pipeline.analysis.labels import Labels, first_pair, meets, pairs
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.analysis.others import conflict, other_keys
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import security, traffic
from pipeline.model.messages import workloads as messages
from pipeline.model.messages.message import Message
from pipeline.stage import Index


def _scopes(resource: Resource, document: Document) -> Iterator[str]:
    """The namespace alone for what has no selector."""
    namespace, labels = resource.key.namespace, selector_of(resource.key.collection, document)
    if not is_attached(document):
        yield f"{namespace} {first_pair(labels)}" if labels else namespace


@dataclass(frozen=True, slots=True)
class Rivalry:
    """How resources of one kind get in each other's way."""

    collection: str
    by_pod: Message
    by_default: Message
    """For two without a selector."""
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        name = f"{self.collection.rpartition('/')[2].lower()}-by-selector"
        object.__setattr__(self, "index", Index(name, self.collection, _scopes))


RIVALRIES: Mapping[str, Rivalry] = {
    rivalry.collection: rivalry
    for rivalry in (
        Rivalry(kinds.PEER_AUTHENTICATION, security.PEER_TWICE, security.PEER_TWICE),
        Rivalry(kinds.SIDECAR, messages.SIDECAR_TWICE, traffic.SIDECAR_DEFAULT_TWICE),
        Rivalry(kinds.TELEMETRY, messages.TELEMETRY_TWICE, messages.TELEMETRY_DEFAULT_TWICE),
    )
}


class Rivals:
    """Reports resources beside which there is another one for the same workload."""

    metadata = Metadata(
        name="rivals",
        description="Policies of one kind that are for the same workload.",
        codes=frozenset(
            message.code
            for rivalry in RIVALRIES.values()
            for message in (rivalry.by_pod, rivalry.by_default)
        ),
        handles=frozenset(RIVALRIES),
        indexes=frozenset((MESH, *workloads.INDEXES, *(each.index for each in RIVALRIES.values()))),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for others in the namespace."""
        key = subject.resource.key
        rivalry = RIVALRIES[key.collection]
        labels = selector_of(key.collection, subject.document)
        if is_attached(subject.document):
            return
        others = _same(subject, rivalry, labels) if labels else _defaults(subject, rivalry)
        if others:
            yield conflict(
                rivalry.by_pod if labels else rivalry.by_default,
                key,
                SELECTORS[key.collection] if labels else ("spec",),
                others,
                namespace=key.namespace,
            )


def _defaults(subject: Subject, rivalry: Rivalry) -> list[Key]:
    mine = subject.resource.key
    return other_keys(subject.reader.find(rivalry.index, mine.namespace), mine)


def _same(subject: Subject, rivalry: Rivalry, labels: Labels) -> list[Key]:
    """Those with an equal selector; only if there are none it matters what pods there are."""
    near = _candidates(subject, rivalry, [labels])
    equal = [key for key, wanted in near.items() if wanted == labels]
    if equal:
        return equal
    namespace = workloads.reach(subject.resource.key.namespace, mesh_of(subject.reader).root)
    held = workloads.examples(subject.reader, namespace, labels)
    pods = [workloads.labels_of(each) for each in held]
    found = _candidates(subject, rivalry, pods)
    return [key for key, wanted in found.items() if any(meets(pod, wanted) for pod in pods)]


def _candidates(subject: Subject, rivalry: Rivalry, pods: list[Labels]) -> dict[Key, Labels]:
    """Others that may select one of the pods, sorted, with their selectors."""
    mine = subject.resource.key
    values = sorted({f"{mine.namespace} {pair}" for pod in pods for pair in pairs(pod)})
    found = (other for value in values for other in subject.reader.find(rivalry.index, value))
    others = {other.key: other for other in found if other.key != mine}
    return {
        key: selector_of(key.collection, other.document()) for key, other in sorted(others.items())
    }
