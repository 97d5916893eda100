"""Rules for tokens that cannot be verified, as nobody can tell where the keys are."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.loose import text
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import security as messages

_RULES = Fields((("spec.jwtRules.*", None),))


class Tokens:
    """Reports rules of a RequestAuthentication that can verify no token."""

    metadata = Metadata(
        name="tokens",
        description="Rules for tokens whose keys cannot be had.",
        codes=frozenset({messages.KEYS_UNREACHABLE.code}),
        handles=frozenset({kinds.REQUEST_AUTHENTICATION}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each rule."""
        for path, rule, _ in _RULES.match(subject.document.body):
            for leaf, problem in problems_of(rule):
                yield messages.KEYS_UNREACHABLE.report(
                    key=subject.resource.key, path=(*path, *leaf), problem=problem
                )


def problems_of(rule: Any) -> Iterator[tuple[Path, str]]:
    """What keeps the keys away; an issuer is needed only where it has to be asked for them."""
    issuer, keys = text(rule, "issuer"), text(rule, "jwks")
    field = "jwks_uri" if text(rule, "jwks_uri") else "jwksUri"
    uri = text(rule, field)
    if uri and not _is_fetchable(uri):
        yield (field,), "it takes a URL of http or https"
    if keys and not _holds_keys(keys):
        yield ("jwks",), "it takes a JSON object with keys"
    if not uri and not keys and not issuer:
        yield (), "it has neither keys nor an issuer to ask for them"
    elif not uri and not keys and not _is_fetchable(issuer):
        yield ("issuer",), "the issuer is asked for the keys, and it is no URL"


def _is_fetchable(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _holds_keys(jwks: str) -> bool:
    try:
        held = json.loads(jwks)
    except ValueError:
        return False
    return isinstance(held, dict) and isinstance(held.get("keys"), list)
