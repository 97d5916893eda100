"""Signatures: HMAC-SHA256 as forges write it, and Standard Webhooks (standardwebhooks.com).

Whatever is compared is compared in constant time.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""Headers of Standard Webhooks."""

ENCODED = "whsec_"
"""What a secret begins with that is base64; any other is taken as it is."""

TOLERANCE = 300.0
"""Seconds that a sender's clock may differ from ours."""


def key(secret: str) -> bytes:
    """What a secret of Standard Webhooks signs with.

    Raises:
        ValueError: it says that it is base64 and is not.
    """
    if not secret.startswith(ENCODED):
        return secret.encode()
    return base64.b64decode(secret.removeprefix(ENCODED), validate=True)


def hexadecimal(secret: str, body: bytes) -> str:
    """What GitHub and Gitea sign a request with."""
    return hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def headers(secret: str, message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that sign a request; `message` is its id, the same for each try."""
    signature = _signature(secret, message, str(timestamp), body)
    return {ID: message, TIMESTAMP: str(timestamp), SIGNATURE: signature}


def signed(secret: str, given: Mapping[str, str], body: bytes) -> bool:
    """Whether a request has an id, and one of its signatures is right."""
    right = _signature(secret, given.get(ID, ""), given.get(TIMESTAMP, ""), body)
    found = [same(right, each) for each in given.get(SIGNATURE, "").split()[:10]]
    return bool(given.get(ID)) and any(found)


def timely(given: Mapping[str, str], now: float) -> bool:
    """Whether a request was signed within the last, or by another clock the next, minutes."""
    stamp = given.get(TIMESTAMP, "")
    plain = stamp.isascii() and stamp.isdecimal() and len(stamp) < 16
    return plain and abs(now - int(stamp)) <= TOLERANCE


def same(right: str, given: str) -> bool:
    """Whether two texts are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogateescape"))


def _signature(secret: str, message: str, timestamp: str, body: bytes) -> str:
    content = b".".join((_plain(message), _plain(timestamp), body))
    digest = hmac.digest(key(secret), content, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _plain(header: str) -> bytes:
    return header.encode("utf-8", "surrogateescape")
