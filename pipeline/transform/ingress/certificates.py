"""Which certificates an Ingress has for which of its hosts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import ingress as messages
from pipeline.transform.ingress.names import ANY
from pipeline.transform.ingress.reading import Tls


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Secret where the gateway reads it, and the hosts that it is served for."""

    at: Path
    credential: str
    hosts: tuple[str, ...]

    def meets(self, host: str) -> bool:
        """Whether it is served for some request to the host."""
        return any(meet(each, host) for each in self.hosts)


def certificates(
    key: Key, entries: Iterable[Tls], routed: Collection[str], pattern: str
) -> tuple[list[Certificate], list[Diagnostic]]:
    """The certificates for the hosts that an Ingress routes, and what is wrong with the others.

    `pattern` is what Secrets are called in the gateway's namespace.
    """
    found: list[Certificate] = []
    unused: list[Diagnostic] = []
    for entry in entries:
        wanted = entry.hosts or tuple(sorted(routed))
        served = tuple(each for each in wanted if any(meet(each, host) for host in routed))
        lost = tuple(each for each in wanted if each not in served)
        if not entry.secret:
            unused.append(_unused(key, entry, wanted, "the entry names no Secret"))
            continue
        if lost:
            unused.append(_unused(key, entry, lost, "this Ingress routes no such host"))
        if served:
            credential = pattern.format(name=entry.secret, namespace=key.namespace)
            found.append(Certificate(entry.at, credential, served))
    return found, unused


def meet(one: str, other: str) -> bool:
    """Whether two hosts, each perhaps a wildcard, have a name in common; wildcards are for any
    number of labels, as a gateway understands them."""
    return one == other or _covers(one, other) or _covers(other, one)


def _covers(wildcard: str, host: str) -> bool:
    if wildcard == ANY:
        return True
    return wildcard.startswith("*.") and host.endswith(wildcard[1:])


def _unused(key: Key, entry: Tls, hosts: tuple[str, ...], problem: str) -> Diagnostic:
    shown = ", ".join(hosts) or "any host"
    return messages.CERTIFICATE_UNUSED.report(key=key, path=entry.at, hosts=shown, problem=problem)
