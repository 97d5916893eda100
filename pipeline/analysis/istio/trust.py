"""Principals of a trust domain that the mesh does not have."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.mesh.settings import MESH, OWN_DOMAIN, mesh_of
from pipeline.model import Diagnostic
from pipeline.model.messages import mesh as messages

_SOURCE = "spec.rules.*.from.*.source"
_KNOWN = frozenset({OWN_DOMAIN, "ns", "spiffe:"})
"""What is right in every mesh, and what `callers` reports."""
_PRINCIPALS = Fields((f"{_SOURCE}.{field}.*", None) for field in ("principals", "notPrincipals"))


class Trust:
    """Reports trust domains that a MeshConfig does not name."""

    metadata = Metadata(
        name="trust",
        description="Principals of trust domains that the mesh does not have.",
        codes=frozenset({messages.TRUST_DOMAIN_UNKNOWN.code}),
        handles=frozenset({kinds.AUTHORIZATION_POLICY}),
        indexes=frozenset({MESH}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the beginning of each principal, where somebody holds a MeshConfig."""
        for path, principal, _ in _PRINCIPALS.match(subject.document.body):
            domain, slash, _ = principal.partition("/") if isinstance(principal, str) else ("",) * 3
            if not slash or not domain or "*" in domain or domain in _KNOWN:
                continue
            mesh = mesh_of(subject.reader)
            if mesh.held and domain not in mesh.trust_domains:
                yield messages.TRUST_DOMAIN_UNKNOWN.report(
                    key=subject.resource.key,
                    path=path,
                    related=[mesh.held],
                    domain=domain,
                    known=", ".join(sorted(mesh.trust_domains)),
                )
