"""What one Ingress gives: to each of its hosts routes, to each of its certificates hosts.

A share is a resource that nobody but `joining` ever sees; its body is one of the maps described
here. Of a host the routes of its own rules come first, then those of rules without a host, then the
default backend: each a tier.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline import kinds
from pipeline.model import Key, Path, Resource
from pipeline.transform.ingress import names
from pipeline.transform.ingress.certificates import Certificate
from pipeline.transform.ingress.hosts import ByHost
from pipeline.transform.ingress.reading import Ingress, Route
from pipeline.transform.ingress.settings import IngressSettings

SECURED_HOST = "galley.dev/SecuredHost"
"""Nothing is made of its shares; joined, they show who names several certificates for one host."""

Destinations: TypeAlias = Mapping[Path, dict[str, Any]]
"""By the place of a backend; none for those that cannot be told."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """What an Ingress does with the requests to one host."""

    at: Path
    """The rule that names the host first."""
    tiers: tuple[tuple[Route, ...], ...]


def hosted(ingress: Ingress, destinations: Destinations) -> dict[str, Hosted]:
    """What becomes of each host that an Ingress routes.

    The default backend of an Ingress is for its own hosts; for all others only where it has rules
    without a host, or no rules.
    """
    last = tuple(_known([ingress.default] if ingress.default else [], destinations))
    routes: dict[str, list[Route]] = {}
    for rule in ingress.rules:
        routes.setdefault(rule.host, []).extend(_known(rule.routes, destinations))
    anywhere = tuple(routes.get(names.ANY, ()))
    found: dict[str, Hosted] = {}
    for rule in ingress.rules:
        if rule.host not in found:
            own = () if rule.host == names.ANY else tuple(routes[rule.host])
            found[rule.host] = Hosted(rule.at, (own, anywhere, last))
    if ingress.default and not found:
        found[names.ANY] = Hosted(ingress.default.at, ((), (), last))
    return {host: each for host, each in found.items() if any(each.tiers)}


def given(
    settings: IngressSettings,
    hosts: Mapping[str, Hosted],
    certificates: Sequence[Certificate],
    destinations: Destinations,
) -> Iterator[Resource]:
    """Every share of one Ingress, each with a key of its own."""
    served = ByHost((host, each.credential) for each in certificates for host in each.hosts)
    for host, routed in hosts.items():
        mine = sorted(served.meeting(host))
        key = Key(kinds.GATEWAY, settings.namespace, names.of_host(settings.prefix, host))
        yield _share(key, {"host": host, "secured": bool(mine)})
        yield _share(
            key._replace(collection=kinds.VIRTUAL_SERVICE),
            {
                "host": host,
                "at": routed.at,
                "routes": list(_packed(routed, destinations)),
                "certificates": mine,
            },
        )
    yield from _served(settings, certificates)


def _served(settings: IngressSettings, certificates: Sequence[Certificate]) -> Iterator[Resource]:
    """To each certificate its hosts, and to each host the certificates that are named for it."""
    hosts: dict[str, set[str]] = {}
    named: dict[str, list[list[Any]]] = {}
    for each in certificates:
        hosts.setdefault(each.credential, set()).update(each.hosts)
        for host in each.hosts:
            named.setdefault(host, []).append([each.credential, each.at])
    for credential, mine in hosts.items():
        body = {"credential": credential, "hosts": sorted(mine)}
        yield _share(certificate_key(settings, credential), body)
    for host, entries in named.items():
        key = Key(SECURED_HOST, settings.namespace, names.of_host(settings.prefix, host))
        yield _share(key, {"host": host, "named": entries})


def certificate_key(settings: IngressSettings, credential: str) -> Key:
    """The Gateway of a certificate."""
    name = names.of_certificate(settings.prefix, credential)
    return Key(kinds.GATEWAY, settings.namespace, name)


def _known(routes: Sequence[Route], destinations: Destinations) -> Iterator[Route]:
    return (route for route in routes if route.backend.at in destinations)


def _packed(routed: Hosted, destinations: Destinations) -> Iterator[list[Any]]:
    """`[tier, form, path, place in the Ingress, destination]` of each route."""
    for tier, routes in enumerate(routed.tiers):
        for route in routes:
            form, path = route.match
            yield [tier, int(form), path, route.at, destinations[route.backend.at]]


def _share(key: Key, body: dict[str, Any]) -> Resource:
    return Resource.build(key, "", body=body)
