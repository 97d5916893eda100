"""Rules for tokens that cannot be verified, as nobody said whose they are or where the keys are."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.analysis.istio.policies import REQUEST
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import security as messages

_RULES = Fields((("spec.jwtRules.*", None),))


class Tokens:
    """Reports rules of a RequestAuthentication that can verify no token."""

    metadata = Metadata(
        name="tokens",
        description="Rules for tokens without an issuer, or with keys that cannot be had.",
        codes=frozenset({messages.KEYS_UNREACHABLE.code}),
        handles=frozenset({REQUEST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each rule."""
        for path, rule, _ in _RULES.match(subject.document.body):
            for leaf, problem in _problems(rule):
                yield messages.KEYS_UNREACHABLE.report(
                    key=subject.resource.key, path=(*path, *leaf), problem=problem
                )


def _problems(rule: Any) -> Iterator[tuple[Path, str]]:
    issuer = text(rule, "issuer")
    if not issuer:
        yield (), "it has no issuer"
    uri = text(rule, "jwksUri") or text(rule, "jwks_uri")
    if uri and not _is_fetchable(uri):
        yield ("jwksUri" if "jwksUri" in rule else "jwks_uri",), "it takes a URL of http or https"
    if (keys := text(rule, "jwks")) and not _holds_keys(keys):
        yield ("jwks",), "it takes a JSON object with keys"
    if issuer and not uri and not keys and not _is_fetchable(issuer):
        yield (), "without jwksUri or jwks the keys are asked of the issuer, which is no URL"


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
