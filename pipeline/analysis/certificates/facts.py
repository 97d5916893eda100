"""What a Secret says of its certificates, and what keeps a server from using them."""

from typing import Any, NamedTuple

from pipeline.loose import items, mapping, text
from pipeline.model import Document

TLS = "kubernetes.io/tls"
"""The type of Secrets that hold a certificate and its key."""

_FACTS = "certificates"
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


class Problem(NamedTuple):
    """Why nobody can serve with a Secret."""

    text: str
    contradicts: bool = False
    """Whether two parts contradict each other. What is missing or cannot be read may be filled in
    where Galley does not look: by a controller, or by whoever decrypts it."""


def facts_in(document: Document) -> Facts:
    """The facts in a Secret."""
    held = mapping(document.body, _FACTS)
    return Facts(
        kind=text(document.body, "type"),
        server=mapping(held, "server"),
        authority=mapping(held, "authority"),
        problems=mapping(held, "problems"),
        are_known=isinstance(document.body.get(_FACTS), dict),
    )


def names_of(facts: Facts) -> list[str] | None:
    """The hosts that a certificate is for, in lower case; None: that is not known."""
    if "names" not in facts.server:
        return None
    return [name.lower() for name in items(facts.server, "names") if isinstance(name, str)]


def problem_of(facts: Facts, *, verifies: bool) -> Problem | None:
    """Why nobody can serve with a Secret, and verify clients by it if that is asked for; None:
    somebody can, or nothing is known."""
    if text(facts.server, "privateKey") == "other":
        return Problem("the private key is that of another certificate", contradicts=True)
    missing = _missing(facts, verifies=verifies)
    return Problem(missing) if missing else None


def _missing(facts: Facts, *, verifies: bool) -> str:
    """What is not there, or not readable; empty: nothing."""
    if not facts.are_known:
        return "" if facts.kind == TLS else "it holds neither tls.crt and tls.key nor cert and key"
    if not facts.server:
        return _told(facts) or "it holds no certificate and key to serve with"
    fit = text(facts.server, "privateKey")
    if fit == "unreadable":
        return _told(facts)
    if fit == "missing":
        return "the private key is missing"
    return _NO_AUTHORITY if verifies and not facts.authority else ""


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
