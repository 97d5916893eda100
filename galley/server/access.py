"""Who may do what: bearer tokens with roles per channel.

Only SHA-256 digests of tokens are kept, and every presented token is compared with all of them in
constant time, so neither a dump of the process nor the time of an answer gives one away. Without
any token in the settings everybody who reaches the address may do everything; `check_exposure`
makes sure that this is loopback only.
"""

import hashlib
import hmac
import ipaddress
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from galley.settings import Role, ServiceSettings, TokenSettings

SHORTEST = 16
"""Characters that a token must have; shorter ones can be guessed."""


class AccessError(Exception):
    """The access settings cannot be put into force."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the bearer of a credential may do."""

    name: str
    """What audit and logs call the bearer; `anonymous` where no tokens are configured."""
    channels: Mapping[str, frozenset[str]]
    """Channel name, or `*`, to roles."""
    trusted: bool = False
    """Whether everything is allowed because no tokens are configured."""

    def may(self, channel: str, role: Role) -> bool:
        """Whether the role is given for the channel; `*` asks for a grant on all channels."""
        line = channel.removesuffix(".observed")
        roles = self.channels.get(line, self.channels.get("*", frozenset()))
        return self.trusted or role in roles


EVERYBODY = Grant("anonymous", {}, trusted=True)


class Access:
    """The tokens in force."""

    def __init__(self, tokens: Iterable[tuple[bytes, Grant]]) -> None:
        self.tokens = tuple(tokens)

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> "Access":
        """Read every token from where the settings say it is; only its digest is kept.

        Raises:
            AccessError: a token is missing, too short or unreadable.
        """
        return cls((_digest(token), _grant(token)) for token in settings.tokens)

    def lost(self, other: "Access") -> set[str]:
        """Names of credentials that were good under `other` and are not, or not the same, here."""
        if self.tokens and not other.tokens:
            return {EVERYBODY.name}
        return {token[1].name for token in other.tokens if token not in self.tokens}

    def grant(self, authorization: str | None) -> Grant | None:
        """What the bearer of this Authorization header may do; None for nobody we know."""
        if not self.tokens:
            return EVERYBODY
        scheme, _, token = (authorization or "").partition(" ")
        presented = hashlib.sha256(token.strip().encode(errors="surrogateescape")).digest()
        found = None
        for digest, grant in self.tokens:
            if hmac.compare_digest(presented, digest):
                found = grant
        return found if scheme.lower() == "bearer" else None


def check_exposure(settings: ServiceSettings) -> None:
    """Refuse to serve the outside world without TLS and tokens.

    Raises:
        AccessError: an address is not loopback and the settings do not protect it.
    """
    known = settings.tokens or settings.mesh.peers
    _check("listen", settings, {"tls": settings.tls, "tokens": settings.tokens})
    if settings.serves_meshes:
        _check("mesh_listen", settings, {"mesh.tls": settings.mesh.tls, "tokens": known})


def _check(name: str, settings: ServiceSettings, protection: Mapping[str, object]) -> None:
    listen = getattr(settings, name)
    if is_loopback(split_host(listen)) or settings.insecure:
        return
    missing = [each for each, present in protection.items() if not present]
    if missing:
        raise AccessError(
            f"{name} {listen!r} is not loopback and {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not set; set both, or insecure: true if "
            "everybody on that network may do everything"
        )


def split_host(netloc: str) -> str:
    """The host of `host:port`, `[v6]:port` or either without port; lower case, no brackets."""
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0].lower()
    host, colon, _ = netloc.rpartition(":")
    return (host if colon and ":" not in host else netloc).lower().rstrip(".")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be reached from this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _grant(token: TokenSettings) -> Grant:
    return Grant(token.name, {name: frozenset(roles) for name, roles in token.channels.items()})


def _digest(token: TokenSettings) -> bytes:
    if token.sha256:
        return _given_digest(token)
    if token.env:
        secret = os.environ.get(token.env, "")
        place = f"environment variable {token.env!r}"
    else:
        secret = _file(token)
        place = f"file {str(token.file)!r}"
    if len(secret) < SHORTEST:
        state = "is shorter than 16 characters" if secret else "is empty or not set"
        raise AccessError(
            f"token {token.name!r}: {place} {state}; put a long random text there, for example "
            "from `openssl rand -hex 32`"
        )
    return hashlib.sha256(secret.encode()).digest()


def _given_digest(token: TokenSettings) -> bytes:
    try:
        digest = bytes.fromhex(token.sha256)
    except ValueError:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise AccessError(f"token {token.name!r}: sha256 is not 64 hexadecimal digits")
    return digest


def _file(token: TokenSettings) -> str:
    assert token.file is not None  # noqa: S101  # the settings model gives exactly one place
    try:
        return token.file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"token {token.name!r} cannot be read: {error}") from error
