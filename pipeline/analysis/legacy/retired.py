"""Kinds that are gone: nobody reads them any more, and what they protected is open."""

from collections.abc import Iterator, Mapping

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy import kinds as old
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages

_NOTHING = "Telemetry, AuthorizationPolicy and Envoy's own filters"
_SUCCESSORS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(old.ALL, ("1.8", _NOTHING)),
    old.POLICY: ("1.6", "PeerAuthentication and RequestAuthentication"),
    old.MESH_POLICY: ("1.6", "a PeerAuthentication in the root namespace"),
    old.SERVICE_ROLE: ("1.6", "AuthorizationPolicy"),
    old.SERVICE_ROLE_BINDING: ("1.6", "AuthorizationPolicy"),
    old.RBAC_CONFIG: ("1.6", "AuthorizationPolicy, which needs no switch"),
    old.CLUSTER_RBAC_CONFIG: ("1.6", "AuthorizationPolicy, which needs no switch"),
}
"""From which Istio on a kind has no effect, and what to write instead."""


class Retired:
    """Reports every resource of a kind that is gone."""

    metadata = Metadata(
        name="retired-kinds",
        description="Kinds that no Istio of today reads: Mixer's, authentication, RBAC.",
        codes=frozenset({messages.KIND_RETIRED.code}),
        handles=frozenset(_SUCCESSORS),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look it up."""
        key = subject.resource.key
        release, successor = _SUCCESSORS[key.collection]
        yield messages.KIND_RETIRED.report(
            key=key,
            path=("kind",),
            kind=key.collection.rpartition("/")[2],
            release=release,
            successor=successor,
        )
