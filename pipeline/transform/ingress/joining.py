"""One VirtualService or Gateway from what all Ingresses give to a host or a certificate.

A host has one VirtualService, whatever the number of its Ingresses, because only in one can routes
be put in order. It has a Gateway of its own for HTTP; for HTTPS each certificate has one with all
hosts that it is served for, because a browser that has a connection for one of these hosts uses it
for the others, and a gateway must know them all there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model import Diagnostic, Key, Level, Path
from pipeline.model.messages import ingress as messages
from pipeline.transform.ingress import names
from pipeline.transform.ingress.paths import Form, Match, Taken
from pipeline.transform.ingress.settings import IngressSettings
from pipeline.transform.ingress.shares import certificate_key


@dataclass(frozen=True, slots=True)
class _Routed:
    """A route and the Ingress that gives it."""

    giver: Key
    at: Path
    tier: int
    match: Match
    destination: dict[str, Any]


def gateway(settings: IngressSettings, shares: Mapping[Key, Any]) -> dict[str, Any]:
    """The body of a Gateway, from the bodies of its shares."""
    first = next(iter(shares.values()))
    if "credential" in first:
        hosts = sorted({host for share in shares.values() for host in share["hosts"]})
        tls = {"mode": "SIMPLE", "credentialName": first["credential"]}
        server = {"port": _port("https", settings.https_port), "hosts": hosts, "tls": tls}
    else:
        server = {"port": _port("http", settings.http_port), "hosts": [first["host"]]}
        if settings.https_redirect and any(share["secured"] for share in shares.values()):
            server["tls"] = {"httpsRedirect": True}
    return {"spec": {"selector": settings.selector, "servers": [server]}}


def virtual_service(settings: IngressSettings, shares: Mapping[Key, Any]) -> dict[str, Any]:
    """The body of a VirtualService, from the bodies of its shares."""
    host = next(iter(shares.values()))["host"]
    credentials = {each for share in shares.values() for each in share["certificates"]}
    secured = (certificate_key(settings, credential).name for credential in credentials)
    gateways = [names.of_host(settings.prefix, host), *sorted(secured)]
    return {
        "spec": {
            "hosts": [host],
            "gateways": [f"{settings.namespace}/{name}" for name in gateways],
            "http": list(_http(_in_order(shares))),
        }
    }


def remarks(settings: IngressSettings, shares: Mapping[Key, Any]) -> Iterator[Diagnostic]:
    """What the Ingresses do not agree about that route one host."""
    if settings.across_namespaces != "allow":
        yield from _of_other_namespaces(settings, shares)
    yield from _routed_twice(shares)


def _in_order(shares: Mapping[Key, Any]) -> list[_Routed]:
    """Tier by tier what is most specific first; of equal ones that of the first Ingress."""
    routes = [
        _Routed(giver, tuple(at), tier, Match(Form(form), path), destination)
        for giver, share in shares.items()
        for tier, form, path, at, destination in share["routes"]
    ]
    return sorted(routes, key=lambda route: (route.tier, route.match.order))


def _http(routes: list[_Routed]) -> Iterator[dict[str, Any]]:
    """The rules, without what no request can meet any more."""
    taken = Taken()
    for route in routes:
        left = taken.left(route.match)
        made: dict[str, Any] = {"route": [{"destination": route.destination}]}
        if left and ("prefix", "") not in left:
            made["match"] = [{"uri": {form: path}} for form, path in left]
        if left:
            yield made


def _port(protocol: str, number: int) -> dict[str, Any]:
    return {"number": number, "name": protocol, "protocol": protocol.upper()}


def _of_other_namespaces(
    settings: IngressSettings, shares: Mapping[Key, Any]
) -> Iterator[Diagnostic]:
    """One word to each namespace, at its first Ingress, with the first one of another."""
    firsts = {giver.namespace: giver for giver in sorted(shares, reverse=True)}
    for giver in firsts.values() if len(firsts) > 1 else ():
        other = min(each for each in firsts.values() if each != giver)
        yield messages.HOST_SHARED.report(
            key=giver,
            path=tuple(shares[giver]["at"]),
            related=(other,),
            level=Level.ERROR if settings.across_namespaces == "refuse" else None,
            host=_shown(shares[giver]["host"]),
            other=_named(other, giver),
        )


def _routed_twice(shares: Mapping[Key, Any]) -> Iterator[Diagnostic]:
    host = next(iter(shares.values()))["host"]
    winners: dict[tuple[int, Match], _Routed] = {}
    for route in _in_order(shares):
        winner = winners.setdefault((route.tier, route.match), route)
        if winner is not route and winner.destination != route.destination:
            yield messages.ROUTE_TWICE.report(
                key=route.giver,
                path=route.at,
                related=() if winner.giver == route.giver else (winner.giver,),
                host=_shown(host),
                match=route.match,
                winner=_named(winner.giver, route.giver),
            )


def certified_twice(shares: Mapping[Key, Any]) -> Iterator[Diagnostic]:
    """One word to each certificate of a host that has several, with another one of them."""
    firsts: dict[str, tuple[Key, Path]] = {}
    for giver, share in shares.items():
        for credential, at in share["named"]:
            firsts.setdefault(credential, (giver, tuple(at)))
    for credential, (giver, at) in firsts.items() if len(firsts) > 1 else ():
        other = next(each for each in firsts if each != credential)
        yield messages.CERTIFICATE_TWICE.report(
            key=giver,
            path=at,
            related=() if firsts[other][0] == giver else (firsts[other][0],),
            host=_shown(next(iter(shares.values()))["host"]),
            secret=credential,
            other=other,
            winner=_named(firsts[other][0], giver),
        )


def _shown(host: str) -> str:
    return "Every host" if host == names.ANY else host


def _named(key: Key, reader: Key) -> str:
    """An Ingress as whoever looks at another one calls it."""
    return "the same Ingress" if key == reader else f"Ingress {key.namespace}/{key.name}"
