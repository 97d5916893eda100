"""IP addresses and networks: Kubernetes' functions `ip`, `isIP`, `cidr`, `isCIDR`.

As in Go's package net/netip, apart from zones and IPv4-mapped addresses, which are refused.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class IP:
    """An address."""

    address: Address


@dataclass(frozen=True, slots=True)
class CIDR:
    """An address with the length of its network's prefix."""

    address: Address
    bits: int

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        """The network that it is in."""
        return ipaddress.ip_network((self.address, self.bits), strict=False)


def parse_address(text: str) -> Address | None:
    """An address without a zone, and not one of IPv4 in the form of IPv6; None: it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.scope_id is not None or address.ipv4_mapped is not None:
        return None
    return address


def _parse_network(text: str) -> CIDR | None:
    name, slash, bits = text.rpartition("/")
    address = parse_address(name)
    if not slash or address is None or not re.fullmatch("0|[1-9][0-9]{0,2}", bits):
        return None
    return CIDR(address, int(bits)) if int(bits) <= address.max_prefixlen else None


@typed(str)
def _ip(text: str) -> IP:
    address = parse_address(text)
    if address is None:
        raise CelError(f'IP Address "{text}" parse error during conversion from string')
    return IP(address)


@typed(str)
def _cidr(text: str) -> CIDR:
    found = _parse_network(text)
    if found is None:
        raise CelError("network address parse error during conversion from string")
    return found


def _of_ip(function: Callable[[Address], Any]) -> Callable[..., Any]:
    return typed(IP)(lambda ip: function(ip.address))


def _contains_ip(network: CIDR, other: Any) -> bool:
    held = other if isinstance(other, IP) else _ip(other)
    return held.address in network.network


def _contains_cidr(network: CIDR, other: Any) -> bool:
    held = other if isinstance(other, CIDR) else _cidr(other)
    if held.address.version != network.address.version:
        return False
    return network.bits <= held.bits and held.address in network.network


def _link_local_multicast(address: Address) -> bool:
    if address.version == 4:
        return address.packed[:3] == bytes((224, 0, 0))
    return address.packed[0] == 0xFF and address.packed[1] & 0x0F == 2


def _global_unicast(address: Address) -> bool:
    if address == ipaddress.IPv4Address("255.255.255.255"):
        return False
    return not (
        address.is_unspecified
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
    )


def ip_text(value: IP) -> str:
    """The canonical form."""
    return str(value.address)


def cidr_text(value: CIDR) -> str:
    """`address/bits`, with the address in its canonical form."""
    return f"{value.address}/{value.bits}"


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "containsCIDR": typed(CIDR, object)(_contains_cidr),
    "containsIP": typed(CIDR, object)(_contains_ip),
    "family": _of_ip(lambda address: address.version),
    "ip": typed(CIDR)(lambda network: IP(network.address)),
    "isGlobalUnicast": _of_ip(_global_unicast),
    "isLinkLocalMulticast": _of_ip(_link_local_multicast),
    "isLinkLocalUnicast": _of_ip(lambda address: address.is_link_local),
    "isLoopback": _of_ip(lambda address: address.is_loopback),
    "isUnspecified": _of_ip(lambda address: address.is_unspecified),
    "masked": typed(CIDR)(lambda network: CIDR(network.network.network_address, network.bits)),
    "prefixLength": typed(CIDR)(lambda network: network.bits),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "cidr": _cidr,
    "ip": _ip,
    "ip.isCanonical": lambda text: ip_text(_ip(text)) == text,
    "isCIDR": typed(str)(lambda text: _parse_network(text) is not None),
    "isIP": typed(str)(lambda text: parse_address(text) is not None),
}
