"""Which certificates an Ingress has for which of its hosts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import ingress as messages
from pipeline.transform.ingress.hosts import ByHost
from pipeline.transform.ingress.reading import Tls


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Secret where the gateway reads it, and the hosts that it is served for."""

    at: Path
    credential: str
    hosts: tuple[str, ...]


def certificates(
    key: Key, entries: Iterable[Tls], routed: Collection[str], pattern: str
) -> tuple[list[Certificate], list[Diagnostic]]:
    """The certificates for the hosts that an Ingress routes, and what is wrong with the others.

    `pattern` is what Secrets are called in the gateway's namespace.
    """
    found: list[Certificate] = []
    unused: list[Diagnostic] = []
    known = ByHost((host, host) for host in routed)
    for entry in entries:
        wanted = entry.hosts or tuple(sorted(routed))
        served = tuple(filter(known.meeting, wanted))
        lost = tuple(each for each in wanted if not known.meeting(each))
        if not entry.secret:
            unused.append(_unused(key, entry, wanted, "the entry names no Secret"))
            continue
        if lost:
            unused.append(_unused(key, entry, lost, "this Ingress routes no such host"))
        if served:
            credential = pattern.format(name=entry.secret, namespace=key.namespace)
            found.append(Certificate(entry.at, credential, served))
    return found, unused


def _unused(key: Key, entry: Tls, hosts: tuple[str, ...], problem: str) -> Diagnostic:
    shown = ", ".join(hosts) or "any host"
    return messages.CERTIFICATE_UNUSED.report(key=key, path=entry.at, hosts=shown, problem=problem)
