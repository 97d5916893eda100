"""How an authentication policy is read: whom it is for, and what it demands of callers.

A Policy with targets is for Services of its namespace, one without for all of them, a MeshPolicy
for all namespaces; the narrowest holds, alone.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from pipeline import kinds
from pipeline.analysis.fields import Fields
from pipeline.analysis.legacy import kinds as old
from pipeline.loose import inside, items, mapping, text
from pipeline.model import Document, Key, Path, Resource
from pipeline.stage import Index, Reader

Mode: TypeAlias = Literal["STRICT", "PERMISSIVE", "NONE"]
"""What callers must use: mutual TLS, whatever they like, or plain text."""

_ROOT = "istio-system"
"""Where a PeerAuthentication is for all namespaces."""
_TARGETS = Fields((("spec.targets.*", None),))
_PORTS = Fields((("ports.*.name", "name"), ("ports.*.number", "number")))
TOKENS = Fields((("spec.origins.*.jwt", None), ("spec.peers.*.jwt", None)))
"""Rules for tokens; the keys are found as those of a RequestAuthentication are."""


class Target(NamedTuple):
    """One Service that a Policy is for, and which of its ports; none: all of them."""

    path: Path
    service: str
    ports: tuple[tuple[Path, str | int], ...]


def targets_of(document: Document) -> Iterator[Target]:
    """The targets of a Policy that name a Service."""
    for path, target, _ in _TARGETS.match(document.body):
        service = text(target, "name")
        if service:
            found = _PORTS.match(target)
            ports = tuple((place, port) for place, port, _ in found if type(port) in (str, int))
            yield Target(path, service, ports)


def mode_of(document: Document) -> Mode:
    """What a policy demands."""
    for peer in items(document.body, "spec", "peers"):
        if type(peer) is dict and "mtls" in peer:
            return "PERMISSIVE" if _lets_in(document, mapping(peer, "mtls")) else "STRICT"
    return "NONE"


def _lets_in(document: Document, mtls: dict[str, Any]) -> bool:
    optional = inside(document.body, "spec", "peerIsOptional")
    said = (optional, mtls.get("allowTls"), mtls.get("allow_tls"))
    return True in said or mtls.get("mode") == "PERMISSIVE"


def has_tokens(document: Document) -> bool:
    """Whether a policy verifies tokens."""
    return bool(TOKENS.match(document.body))


def _targets(resource: Resource, document: Document) -> Iterator[str]:
    for target in targets_of(document):
        yield f"{resource.key.namespace} {target.service}"


POLICY_BY_TARGET = Index("policy-by-target", old.POLICY, _targets)
"""By namespace and Service."""


def namespace_of(resource: Resource, _document: Document) -> Iterator[str]:
    """The index value of what is looked up by its namespace."""
    yield resource.key.namespace


PEER_BESIDE = Index("peer-authentication-beside-policies", kinds.PEER_AUTHENTICATION, namespace_of)
"""By namespace, what took the place of policies."""


class Expectation(NamedTuple):
    """What a policy expects of the callers of a Service."""

    policy: Key
    mode: Mode


def expectation(reader: Reader, service: Key) -> Expectation | None:
    """The policy for a Service; None: there is none, it depends on the port, or PeerAuthentications
    hold in its place."""
    if any(reader.find(PEER_BESIDE, each) for each in (service.namespace, _ROOT)):
        return None
    near = reader.find(POLICY_BY_TARGET, f"{service.namespace} {service.name}")
    if len(near) > 1 or any(_are_for_ports(each, service.name) for each in near):
        return None
    for policy in near:
        return Expectation(policy.key, mode_of(policy.document()))
    for key in (Key(old.POLICY, service.namespace, "default"), Key(old.MESH_POLICY, "", "default")):
        found = reader.get(key)
        if found is not None:
            return Expectation(key, mode_of(found.document()))
    return None


def _are_for_ports(policy: Resource, service: str) -> bool:
    return any(each.ports for each in targets_of(policy.document()) if each.service == service)
