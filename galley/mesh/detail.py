"""A client of a mesh as its operators see it, type by type."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from galley.mesh.journal import Said
from galley.protocol.results import (
    RequestResult,
    SubscriberDetailResult,
    SubscriberResult,
    WatchResult,
)

if TYPE_CHECKING:
    from galley.mesh.watch import Watch


def detailed(
    glance: SubscriberResult, watches: Iterable["Watch"], said: Iterable[Said]
) -> SubscriberDetailResult:
    """What is seen of a client at a glance, with its types and its last requests."""
    return SubscriberDetailResult.model_construct(
        **dict(glance),
        types=[_type(watch) for watch in watches],
        requests=[_request(each) for each in said],
    )


def _type(watch: "Watch") -> WatchResult:
    sent = watch.last
    return WatchResult.model_construct(
        type=watch.type,
        sent=sent.version if sent else 0,
        received=watch.version,
        synced=watch.synced,
        waiting=watch.waiting,
        oversize=watch.oversize,
        nack=watch.nack,
        stale=watch.stale,
    )


def _request(said: Said) -> RequestResult:
    return RequestResult.model_construct(
        time=said.time, type=said.type, nonce=said.nonce, said=said.word
    )
