"""What may be a host, or the name of a Service or Secret, and which hosts have a name in common."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.transform.ingress.names import ANY

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DNS = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")


def is_dns_name(text: Any) -> bool:
    """Whether it is a name in lower case, as Kubernetes wants those of hosts and resources."""
    return isinstance(text, str) and len(text) <= 253 and _DNS.fullmatch(text) is not None


def is_host(text: Any) -> bool:
    """Whether it is a host as an Ingress may name it: a name, or `*.` and a name; no address."""
    if not isinstance(text, str) or len(text) > 253 or _ADDRESS.fullmatch(text):
        return False
    return is_dns_name(text.removeprefix("*."))


class ByHost:
    """Names by hosts, found under every host that has a name in common with theirs, at the cost of
    its labels. Each host may be a wildcard, which is for any number of labels, as a gateway
    understands them."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._at: dict[str, set[str]] = {}
        self._below: dict[str, set[str]] = {}
        """By wildcard, what is under the hosts that it covers."""
        for host, name in pairs:
            self._at.setdefault(host, set()).add(name)
            for wildcard in _wildcards(host):
                self._below.setdefault(wildcard, set()).add(name)

    def meeting(self, host: str) -> set[str]:
        found = self._at.get(host, set()) | self._below.get(host, set())
        return found.union(*(self._at.get(wildcard, ()) for wildcard in _wildcards(host)))


def _wildcards(host: str) -> Iterator[str]:
    """Those that cover a host."""
    yield ANY
    labels = host.split(".")
    yield from (f"*.{'.'.join(labels[at:])}" for at in range(1, len(labels)))
