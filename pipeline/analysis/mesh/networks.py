"""Networks of a mesh: clusters in them that nobody has told Istio of.

Istio knows a remote cluster by a Secret with the label `istio/multiCluster`, in which its name is a
name of the data. What the cluster itself is called stands in the values of the injector.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.mesh.injector import INJECTOR, injector_of
from pipeline.analysis.mesh.settings import is_mesh
from pipeline.loose import inside, items, mapping, text
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import mesh as messages
from pipeline.schema.text import read_yaml
from pipeline.stage import Index, Reader

_FIELD = "meshNetworks"
_LABEL = "istio/multiCluster"
_HERE = "remote"
"""The one value of the index."""
_UNNAMED = "Kubernetes"
"""What a cluster is called that has no name."""


def _values(_resource: Resource, document: Document) -> Iterator[str]:
    if document.labels.get(_LABEL) == "true":
        yield _HERE


REMOTE = Index("secret-of-a-remote-cluster", kinds.SECRET, _values)


class Networks:
    """Reports clusters that a mesh's networks name and no Secret does."""

    metadata = Metadata(
        name="networks",
        description="Networks of a mesh with clusters that nobody knows.",
        codes=frozenset({messages.CLUSTER_UNKNOWN.code}),
        handles=frozenset({kinds.CONFIG_MAP}),
        indexes=frozenset({INJECTOR, REMOTE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare, where any remote cluster is known at all."""
        if not is_mesh(subject.resource):
            return
        named = dict.fromkeys(_clusters(inside(subject.document.body, "data", _FIELD)))
        remote = _remote(subject.reader) if named else frozenset()
        own = injector_of(subject.reader)
        unknown = [each for each in named if each not in {*remote, _UNNAMED, own and own.cluster}]
        if not remote or (len(unknown) == 1 and not (own and own.cluster)):
            return  # the one may be the cluster itself, whose name is not known
        for name in unknown:
            yield messages.CLUSTER_UNKNOWN.report(
                key=subject.resource.key, path=("data", _FIELD), cluster=name
            )


def _remote(reader: Reader) -> frozenset[str]:
    """The names of all remote clusters."""
    held = (items(each.document().body, "keys") for each in reader.find(REMOTE, _HERE))
    return frozenset(name for names in held for name in names if isinstance(name, str))


def _clusters(held: object) -> Iterator[str]:
    """The clusters that networks name; none where they cannot be read, which stops the mesh."""
    try:
        documents = read_yaml(held) if isinstance(held, str) else []
    except ValueError:
        return
    networks = mapping(documents[0] if documents else None, "networks")
    for network in networks.values():
        for endpoint in items(network, "endpoints"):
            if name := text(endpoint, "fromRegistry"):
                yield name
