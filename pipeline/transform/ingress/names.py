"""What is made is called after its host or its certificate, and after nothing else.

So a name stays whatever Ingress comes or goes, and no two hosts have one: the word after the prefix
says how to read the rest. What would be too long is told by its digest.
"""

import hashlib

ANY = "*"
"""The host of a rule that names none."""
_LONGEST = 253


def of_host(prefix: str, host: str) -> str:
    """`ingress-host-shop.example.com`, `ingress-wildcard-example.com`, `ingress-any`."""
    if host == ANY:
        return f"{prefix}-any"
    if host.startswith("*."):
        return _fitting(prefix, "wildcard", host.removeprefix("*."))
    return _fitting(prefix, "host", host)


def of_certificate(prefix: str, credential: str) -> str:
    """`ingress-tls-shop-certificate`."""
    return _fitting(prefix, "tls", credential)


def _fitting(prefix: str, word: str, rest: str) -> str:
    name = f"{prefix}-{word}-{rest}"
    if len(name) <= _LONGEST:
        return name
    return f"{prefix}-long-{word}-{hashlib.sha256(rest.encode()).hexdigest()}"
