"""What a Secret says of its certificates, and what keeps a server from using them."""

from typing import Any, NamedTuple

from pipeline.loose import items, mapping, text
from pipeline.model import Document

TLS = "kubernetes.io/tls"
"""The type of Secrets that hold a certificate and its key."""

_FACTS = "certificates"
_KEYS = {
    "other": "the private key is that of another certificate",
    "missing": "the private key is missing",
}
_NO_AUTHORITY = "it holds no ca.crt or cacert to verify clients by"


class Facts(NamedTuple):
    """What is known of the certificates in one Secret."""

    kind: str
    """The Secret's type."""
    server: dict[str, Any]
    """Empty where there is no certificate to serve with."""
    authority: dict[str, Any]
    """Empty where there is none to verify clients by."""
    problems: dict[str, Any]
    """What could not be read, by the name of the data."""
    are_known: bool
    """Whether somebody has looked at the data at all."""


def facts_in(document: Document) -> Facts:
    """The facts in a Secret."""
    held = mapping(document.body, _FACTS)
    return Facts(
        kind=text(document.body, "type"),
        server=mapping(held, "server"),
        authority=mapping(held, "authority"),
        problems=mapping(held, "problems"),
        are_known=bool(held),
    )


def names_of(facts: Facts) -> list[str]:
    """The hosts that a certificate is for, in lower case."""
    return [name.lower() for name in items(facts.server, "names") if isinstance(name, str)]


def problem_of(facts: Facts, *, verifies: bool) -> str:
    """Why nobody can serve with a Secret, and verify clients by it if that is asked for; empty:
    somebody can, or nothing is known."""
    if not facts.are_known:
        return "" if facts.kind == TLS else "it holds neither tls.crt and tls.key nor cert and key"
    if not facts.server:
        return _told(facts) or "it holds no certificate and key to serve with"
    fit = text(facts.server, "privateKey")
    if fit == "unreadable":
        return _told(facts)
    no_authority = verifies and not facts.authority
    return _KEYS.get(fit) or (_NO_AUTHORITY if no_authority else "")


def _told(facts: Facts) -> str:
    return "; ".join(f"{file}: {problem}" for file, problem in sorted(facts.problems.items()))


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name is good for a host, or for one of those under a wildcard.

    A wildcard in a certificate stands for one label, that of a Gateway for any number.
    """
    if host.startswith("*"):
        return name.endswith(host[1:])
    _, dot, rest = host.partition(".")
    return name in (host, f"*{dot}{rest}")
