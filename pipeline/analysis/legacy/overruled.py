"""Retired policies beside their successors: Istio 1.4 and 1.5 read both, and heed the new ones."""

from collections.abc import Iterator, Mapping

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.others import conflict
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import legacy as messages
from pipeline.stage import Index


def _namespace(resource: Resource, _document: Document) -> Iterator[str]:
    yield resource.key.namespace


def _beside(collection: str) -> Index:
    kind = collection.rpartition("/")[2].lower()
    return Index(f"{kind}-beside-its-predecessor", collection, _namespace)


_AUTHENTICATION = (_beside(kinds.PEER_AUTHENTICATION), _beside(kinds.REQUEST_AUTHENTICATION))
_AUTHORIZATION = (_beside(kinds.AUTHORIZATION_POLICY),)
_SUCCESSORS: Mapping[str, tuple[Index, ...]] = {
    old.POLICY: _AUTHENTICATION,
    old.SERVICE_ROLE: _AUTHORIZATION,
    old.SERVICE_ROLE_BINDING: _AUTHORIZATION,
}


class Overruled:
    """Reports policies in a namespace that has successors of them."""

    metadata = Metadata(
        name="overruled",
        description="Retired policies in a namespace whose new ones hold in their place.",
        codes=frozenset({messages.OVERRULED.code}),
        handles=frozenset(_SUCCESSORS),
        indexes=frozenset((*_AUTHENTICATION, *_AUTHORIZATION)),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for successors."""
        key = subject.resource.key
        for index in _SUCCESSORS[key.collection]:
            others = [each.key for each in subject.reader.find(index, key.namespace)]
            if others:
                kind = index.collection.rpartition("/")[2]
                yield conflict(messages.OVERRULED, key, ("spec",), others, kind=kind)
