"""Retired policies beside their successors: Istio 1.4 and 1.5 read both, and heed the new ones."""

from collections.abc import Iterator, Mapping

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.authentication import PEER_BESIDE, namespace_of
from pipeline.analysis.others import conflict
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages
from pipeline.stage import Index

_AUTHENTICATION = (
    PEER_BESIDE,
    Index("request-authentication-beside-policies", kinds.REQUEST_AUTHENTICATION, namespace_of),
)
_AUTHORIZATION = (
    Index("authorization-policy-beside-roles", kinds.AUTHORIZATION_POLICY, namespace_of),
)
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
