"""What a client raises.

Exception
├── Refused               raised by the application: this update is not accepted
└── ClientError
    ├── SubscriptionError the server will not serve this subscription
    ├── MismatchError     an update came out with another digest than announced
    └── StateError        the file of the last good snapshot cannot be used
"""

from collections.abc import Mapping
from typing import Literal

from pipeline.model import Key


class Refused(Exception):  # noqa: N818  # it is not an error of ours but the application's answer
    """Raise it while applying an update: it is not applied, and the server is told why.

    Args:
        kind: `invalid` (the content is wrong; it is not offered again) or `retry` (not now).
        resources: what is wrong with which resource.
    """

    def __init__(
        self,
        reason: str,
        *,
        kind: Literal["invalid", "retry"] = "invalid",
        resources: Mapping[Key, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind
        self.resources = dict(resources or {})


class ClientError(Exception):
    """Something is wrong between client and server."""


class SubscriptionError(ClientError):
    """The server refuses: a wrong token, no such channel, a view that it does not accept."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class MismatchError(ClientError):
    """What was received does not have the digest that the server announced."""


class StateError(ClientError):
    """The last good snapshot cannot be read or written."""
