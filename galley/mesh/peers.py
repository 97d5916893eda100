"""Who is at the other end of a stream: by its token, its certificate, or where it comes from.

Envoy sends a token as metadata of the stream; Pilot has a certificate; istiod can present nothing,
so that all there is to know it by is its address.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from urllib.parse import unquote

from galley.server.access import EVERYBODY, Access, Grant
from galley.settings import PeerSettings


def address_of(peer: str) -> tuple[str, str]:
    """Host and what to show of a peer: `ipv4:10.0.0.1:4000`, `ipv6:%5B::1%5D:4000`."""
    shown = unquote(peer.partition(":")[2]) or peer
    host = shown.rpartition(":")[0].strip("[]")
    return host, shown


class Peers:
    """Those whom the settings know without a token."""

    def __init__(self, peers: Iterable[PeerSettings]) -> None:
        self._peers = tuple(peers)

    def by_token(self, access: Access, authorization: str | None) -> bool:
        """Whether it is its token that counts; without any in force, what it sends is nothing."""
        return bool(access.tokens) and authorization is not None

    def grant(
        self, access: Access, authorization: str | None, names: Iterable[str], host: str
    ) -> Grant | None:
        """What a client may do; None for nobody we know.

        Args:
            access: the tokens.
            authorization: what it sent as metadata `authorization`.
            names: of its verified certificate.
            host: where it comes from.
        """
        if self.by_token(access, authorization):
            return access.grant(authorization)
        if not (access.tokens or self._peers):
            return EVERYBODY
        names = tuple(names)
        for peer in self._peers:
            if _is(peer, names, host):
                roles: Mapping[str, frozenset[str]] = {
                    channel: frozenset(roles) for channel, roles in peer.channels.items()
                }
                return Grant(peer.name, roles)
        return None


def _is(peer: PeerSettings, names: tuple[str, ...], host: str) -> bool:
    if peer.san and not any(fnmatchcase(name, peer.san) for name in names):
        return False
    if not peer.network:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in ipaddress.ip_network(peer.network)
