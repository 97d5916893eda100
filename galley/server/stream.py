"""`/v1/stream`: one connection of a subscriber, from the handshake to the close code.

What the other end says is decoded, judged and handed
to the channel that it concerns; whatever makes no sense ends the connection with a code and a
sentence. `docs/protocol.md` describes the same from outside.
"""

import logging
import time
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from galley import __version__
from galley.protocol import messages
from galley.protocol.messages import (
    SUBPROTOCOL,
    Ack,
    BucketDigests,
    Close,
    Ended,
    Heartbeat,
    Hello,
    Message,
    Nack,
    ProtocolError,
    Resend,
    Subscribe,
    Subscribed,
    Unsubscribe,
)
from galley.server.channel import Channel
from galley.server.handshake import shake_hands
from galley.server.session import Session, Subscription
from galley.server.streams import STREAMS, Streams
from galley.settings import Role, StreamSettings

log = logging.getLogger("galley.stream")


class Grant(Protocol):
    """What the bearer of a credential may do."""

    @property
    def name(self) -> str:
        """What audit and logs call the bearer."""

    def may(self, channel: str, role: Role) -> bool:
        """Whether the role is given for the channel."""


async def stream(
    request: web.Request,
    *,
    channels: Mapping[str, Channel],
    settings: StreamSettings,
    grant: Grant,
) -> web.StreamResponse:
    """Serve one subscriber until either end closes.

    Raises:
        HTTPBadRequest: the client does not speak the subprotocol.
        HTTPServiceUnavailable: there are as many connections as the settings allow.
    """
    streams = request.app[STREAMS]
    _check(streams, settings)
    websocket = await shake_hands(request, SUBPROTOCOL, limit=settings.receive_bytes)
    session = Session(next(streams.numbers), websocket, credential=grant.name)
    streams.add(session, settings)
    try:
        conversation = _Conversation(session, channels, settings, grant)
        conversation.greet()
        websocket.listen(request, conversation.take)
        await websocket.over
    finally:
        await streams.remove(session)
        websocket.release()
    return websocket.response


def _check(streams: Streams, settings: StreamSettings) -> None:
    if streams.closing or len(streams) >= settings.subscribers:
        reason = "is stopping" if streams.closing else "has as many subscribers as it may have"
        raise web.HTTPServiceUnavailable(
            text=f"The server {reason}; connect again later.\n", headers={"Retry-After": "5"}
        )


class _Conversation:
    """What is said on one connection."""

    def __init__(
        self,
        session: Session,
        channels: Mapping[str, Channel],
        settings: StreamSettings,
        grant: Grant,
    ) -> None:
        self._session = session
        self._channels = channels
        self._settings = settings
        self._grant = grant

    def greet(self) -> None:
        """The first message."""
        self._session.send(self._hello())

    def take(self, data: bytes) -> None:
        """One message of the other end."""
        session = self._session
        session.heard = True
        subscription = session.expecting.pop(data, None)
        if subscription is not None and subscription.step is not None:
            subscription.channel.distribution.acknowledged(subscription, subscription.step)
            return
        try:
            self._judge(messages.decode(data))
            session.websocket.hold_back()
        except ProtocolError as error:
            session.start_closing(Close.PROTOCOL, str(error))

    def _judge(self, message: Message) -> None:
        match message:
            case Heartbeat():
                pass
            case Ack():
                self._ack(message)
            case Nack():
                self._nack(message)
            case Subscribe():
                self._subscribe(message)
            case Unsubscribe():
                self._unsubscribe(message)
            case BucketDigests():
                self._buckets(message)
            case Resend():
                self._resend(message)
            case _:
                raise ProtocolError(f"{type(message).__name__} is not for a server")

    def _hello(self) -> Hello:
        settings = self._settings
        limits = {
            "message_bytes": settings.message_bytes,
            "receive_bytes": settings.receive_bytes,
            "subscriptions": settings.subscriptions,
            "heartbeat": settings.heartbeat,
            "slow_reader": settings.slow_reader,
            "zstd": settings.zstd,
        }
        return Hello(f"galley/{__version__}", limits)

    def _subscribe(self, asked: Subscribe) -> None:
        session, channel = self._session, self._channels.get(asked.channel)
        refusal = self._refusal(asked, channel)
        if refusal or channel is None:
            session.send(Ended(asked.id, *refusal))
            return
        asked = asked._replace(
            view=channel.resolved(asked.view), zstd=asked.zstd and self._settings.zstd
        )
        subscription = channel.attach(session, asked)
        session.subscriptions[subscription.live.number] = subscription
        version = channel.head.number if channel.head else 0
        session.send(Subscribed(asked.id, subscription.live.number, channel.lineage, version))
        channel.begin(subscription)

    def _refusal(self, asked: Subscribe, channel: Channel | None) -> tuple[str, str] | tuple[()]:
        """Code and reason for which a subscription cannot be; empty if it can."""
        held = self._session.subscriptions.values()
        if not self._grant.may(asked.channel, "subscribe"):
            return "forbidden", f"{self._grant.name} may not subscribe to {asked.channel!r}"
        if channel is None:
            return "no-channel", f"there is no channel {asked.channel!r}"
        if len(held) >= self._settings.subscriptions:
            return "limit", f"{self._settings.subscriptions} subscriptions are allowed"
        if any(each.asked.id == asked.id for each in held):
            return "invalid", f"subscription {asked.id} is there already"
        if any(
            each.channel is channel and each.live.view == channel.resolved(asked.view)
            for each in held
        ):
            return "invalid", "this view of this channel is subscribed to already"
        return ()

    def _unsubscribe(self, message: Unsubscribe) -> None:
        session = self._session
        for number, subscription in session.subscriptions.items():
            if subscription.asked.id == message.id:
                del session.subscriptions[number]
                session.drop(subscription)
                session.send(Ended(message.id, "unsubscribed", ""))
                return
        raise ProtocolError(f"there is no subscription {message.id}")

    def _ack(self, ack: Ack) -> None:
        """One that is not the expected bytes: late, or with another digest."""
        subscription = self._subscription(ack.view)
        step = subscription.step
        if step is None or step.nonce != ack.nonce:
            return
        self._session.expecting.pop(step.ack, None)
        if ack.digest == step.target:
            subscription.channel.distribution.acknowledged(subscription, step)
        else:
            subscription.channel.distribution.mismatch(subscription, step)

    def _nack(self, nack: Nack) -> None:
        subscription = self._subscription(nack.view)
        step = subscription.step
        if step is None or step.nonce != nack.nonce:
            return
        self._session.expecting.pop(step.ack, None)
        subscription.channel.distribution.refused(subscription, step, nack)

    def _buckets(self, message: BucketDigests) -> None:
        subscription = self._subscription(message.view)
        if not subscription.comparing:
            raise ProtocolError("nobody asked for bucket digests")
        subscription.channel.compared(subscription, message.prefixes)

    def _resend(self, message: Resend) -> None:
        subscription = self._subscription(message.view)
        subscription.channel.start_over(subscription)

    def _subscription(self, number: int) -> Subscription:
        subscription = self._session.subscriptions.get(number)
        if subscription is None:
            raise ProtocolError(f"view {number} is not subscribed to")
        self._session.last_seen = time.time()
        return subscription
