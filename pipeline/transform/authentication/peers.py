"""Peer authentication: from the `peers` of an old policy to a mode of mTLS."""

from collections.abc import Mapping
from typing import Any

from pipeline.model import Path
from pipeline.transform.authentication.errors import NotCarriedOverError
from pipeline.transform.authentication.said import maps, said
from pipeline.transform.authentication.targets import Target

STRICT, PERMISSIVE = "STRICT", "PERMISSIVE"


def mode(spec: Mapping[str, Any]) -> str:
    """Who may connect. A policy without peers took plain text alone; it becomes PERMISSIVE, which
    takes that and does not break clients that use mTLS where the other side can.

    Raises:
        NotCarriedOverError: it asks for what there is not today.
    """
    found = [_mode(peer, path) for path, peer in maps(spec, "peers", ("spec",))]
    optional = said(spec, "peerIsOptional") is True
    return found[0] if found and not optional else PERMISSIVE


def peer_authentication(target: Target, mtls_mode: str) -> dict[str, Any]:
    """The spec of a PeerAuthentication."""
    mtls = {"mode": mtls_mode}
    if target.ports:
        return target.spec({"portLevelMtls": {str(port): mtls for port in target.ports}})
    return target.spec({"mtls": mtls})


def _mode(peer: Mapping[str, Any], path: Path) -> str:
    if "mtls" not in peer:
        problem = "peers can only be authenticated by mTLS"
        raise NotCarriedOverError((*path, *sorted(peer)[:1]), problem)
    mtls = peer["mtls"] or {}
    if not isinstance(mtls, Mapping):
        raise NotCarriedOverError((*path, "mtls"), "it is no map")
    if said(mtls, "allowTls"):
        problem = "TLS without certificates of clients is not known any more"
        raise NotCarriedOverError((*path, "mtls", "allowTls"), problem)
    found = mtls.get("mode", STRICT)
    if found not in (STRICT, PERMISSIVE):
        raise NotCarriedOverError((*path, "mtls", "mode"), f"{found!r} is no mode")
    return str(found)
