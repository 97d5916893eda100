"""Whether a forge's request is genuine, and what it says: which repository, which ref.

What a genuine request says only decides whether the source looks now rather than at its next turn;
nothing else is taken from it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

import orjson

from galley.forges import signing
from sources.forge_settings import ForgeKind

EVENT_HEADERS = {
    "github": ("X-GitHub-Event",),
    "gitea": ("X-Forgejo-Event", "X-Gitea-Event"),
}
PUSHES = frozenset({"push", "tag_push", "create", "delete"})
"""Events that move a ref; what comes with them says which."""
REF_TYPES = {"tag": "refs/tags/", "branch": "refs/heads/"}

Refusal = Literal["signature", "stale", "malformed"]


class RefusedHookError(Exception):
    """A request is not taken: it is not genuine, too old, or not what its forge sends."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hook:
    """A request; headers are looked up without regard to case."""

    headers: Mapping[str, str]
    body: bytes

    def first(self, *names: str) -> str:
        """The first of these headers that is there."""
        return next((self.headers[name] for name in names if name in self.headers), "")


@dataclass(frozen=True, slots=True)
class Event:
    """What a request says has happened; empty texts where it does not say."""

    name: str
    repository: str = ""
    ref: str = ""
    """In full, `refs/heads/main`."""

    def matters(self) -> bool:
        """Whether a source may have something new to read after it; a ping asks for a try."""
        return self.name in PUSHES or self.name == "ping"


def verify(kind: ForgeKind, secret: str, hook: Hook, now: float) -> bytes:
    """The identity of a genuine request, by which it is known again.

    It is made of what is signed: a delivery's id in a header is not, except by Standard Webhooks,
    so whoever replays a request can change it.

    Raises:
        RefusedHookError: the signature is wrong, or right and of another time.
    """
    standard = kind == "generic" or (kind == "gitlab" and secret.startswith(signing.ENCODED))
    if standard:
        _insist(signing.signed(secret, hook.headers, hook.body), "signature")
        _insist(signing.timely(hook.headers, now), "stale")
        return hashlib.sha256(hook.first(signing.ID).encode("utf-8", "replace")).digest()
    if kind == "gitlab":
        _insist(signing.same(secret, hook.first("X-Gitlab-Token")), "signature")
    else:
        right = signing.hexadecimal(secret, hook.body)
        _insist(signing.same(right, _signature(kind, hook)), "signature")
    return hashlib.sha256(hook.body).digest()


def read(kind: ForgeKind, hook: Hook) -> Event:
    """What a genuine request says.

    Raises:
        RefusedHookError: it is not what such a forge sends.
    """
    data = _data(kind, hook)
    if kind == "generic":
        return Event(_text(data, "event") or "push", _text(data, "repository"), _text(data, "ref"))
    if kind == "gitlab":
        name = _text(data, "object_kind") or _text(data, "event_name")
        return Event(name, _text(data, "project", "path_with_namespace"), _text(data, "ref"))
    ref = REF_TYPES.get(_text(data, "ref_type"), "") + _text(data, "ref")
    name = hook.first(*EVENT_HEADERS[kind])
    return Event(name, _text(data, "repository", "full_name"), ref)


def _signature(kind: ForgeKind, hook: Hook) -> str:
    if kind == "github":
        given = hook.first("X-Hub-Signature-256")
        return given.removeprefix("sha256=") if given.startswith("sha256=") else ""
    return hook.first("X-Forgejo-Signature", "X-Gitea-Signature")


def _data(kind: ForgeKind, hook: Hook) -> dict[str, Any]:
    """The body's JSON object; GitHub and Gitea can be told to send it as a form's field."""
    body = hook.body
    if hook.first("Content-Type").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
        body = "".join(fields.get("payload", ())).encode()
    if kind == "generic" and not body:
        return {}
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise RefusedHookError("malformed")
    return data


def _text(data: Any, *path: str) -> str:
    """The text at a path; empty if there is none."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, str) else ""


def _insist(genuine: bool, otherwise: Refusal) -> None:
    if not genuine:
        raise RefusedHookError(otherwise)
