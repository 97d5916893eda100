"""Subscribe to a channel: consistent, verified updates of a view, in an `async for`.

In reading order: `client` (the loop, connections, last good), `update` (what an application gets),
`mirror` (what is held), `link` (one connection), `keep` (the file), `backoff`, `errors`.

    async with Client("http://127.0.0.1:8340", channel="mesh", state="last-good") as client:
        async for update in client:
            ...
"""

from galley.backoff import Backoff
from galley.client.client import Client
from galley.client.errors import (
    ClientError,
    MismatchError,
    Refused,
    StateError,
    SubscriptionError,
)
from galley.client.update import Update
from galley.protocol.messages import View

__all__ = [
    "Backoff",
    "Client",
    "ClientError",
    "MismatchError",
    "Refused",
    "StateError",
    "SubscriptionError",
    "Update",
    "View",
]
