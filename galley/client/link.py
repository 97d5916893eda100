"""One connection to the server, from handshake to close: messages in, verified drafts out."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp

from galley.client.errors import ClientError, MismatchError, Refused
from galley.client.errors import SubscriptionError as ServerRefusal
from galley.client.mirror import Draft, Mirror
from galley.protocol import codec, messages
from galley.protocol.messages import (
    PREFIX_SIZE,
    Ack,
    BucketDigests,
    Chunk,
    Close,
    Compare,
    Ended,
    Heartbeat,
    Hello,
    Message,
    Nack,
    ProtocolError,
    Subscribe,
    Subscribed,
    Update,
)
from pipeline.model.digest import BUCKETS

log = logging.getLogger("galley.client")

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest message that is accepted, compressed or not."""
GREETING_SECONDS = 10.0
"""How long the server may take to greet."""


class Link:
    """A subscription on a connection of its own."""

    def __init__(
        self, websocket: aiohttp.ClientWebSocketResponse, mirror: Mirror, asked: Subscribe
    ) -> None:
        self._websocket = websocket
        self._mirror = mirror
        self._asked = asked
        self._silence = GREETING_SECONDS
        self._view = 0
        self._draft: Draft | None = None
        self.heard = asyncio.get_running_loop().time()
        """When the server last said something, on the loop's clock."""

    async def drafts(self) -> AsyncIterator[Draft]:
        """Every verified update; each must be answered before the next one comes.

        Raises:
            SubscriptionError: the server refuses the subscription.
            ClientError: the connection is of no use any more.
        """
        hello = await self._receive()
        if not isinstance(hello, Hello):
            raise ClientError(f"the server began with {type(hello).__name__}")
        interval = float(hello.limits.get("heartbeat", 15))
        self._silence = 2 * interval + 1
        beating = asyncio.create_task(self._beat(interval), name="galley client: heartbeat")
        try:
            await self._send(self._asked)
            while True:
                draft = await self._take(await self._receive())
                if draft is not None:
                    yield draft
        finally:
            beating.cancel()

    async def ack(self, draft: Draft) -> None:
        """The draft was accepted."""
        await self._send(Ack(self._view, draft.nonce, draft.target))

    async def nack(self, draft: Draft, refusal: Refused) -> None:
        """The draft was refused."""
        named = list(refusal.resources.items())[: messages.MOST_NAMED]
        await self._send(Nack(self._view, draft.nonce, refusal.kind, refusal.reason, named))

    async def _take(self, message: Message) -> Draft | None:
        """One message; a draft if it completes one."""
        match message:
            case Subscribed():
                self._view = message.view
            case Ended():
                raise ServerRefusal(message.code, message.reason)
            case Compare():
                await self._send_buckets()
            case Update():
                self._draft = Draft(self._mirror, message)
                return await self._whole()
            case Chunk():
                if self._draft is None or self._draft.nonce != message.nonce:
                    raise ProtocolError("a chunk came without its update")
                self._draft.add(message.number, message.upserts, message.removals)
                return await self._whole()
        return None

    async def _whole(self) -> Draft | None:
        draft = self._draft
        if draft is None or not draft.complete:
            return None
        self._draft = None
        try:
            await draft.verify()
        except MismatchError as error:
            log.warning("Version %d is not taken: %s.", draft.note.number, error)
            nack = Nack(self._view, draft.nonce, "mismatch", str(error), [])
            await self._send(nack)
            return None
        return draft

    async def _send_buckets(self) -> None:
        buckets = self._mirror.buckets
        prefixes = b"".join(buckets.bucket_digest(n)[:PREFIX_SIZE] for n in range(BUCKETS))
        await self._send(BucketDigests(self._view, prefixes))

    async def _send(self, message: Message) -> None:
        try:
            await self._websocket.send_bytes(messages.encode(message))
        except (ConnectionError, aiohttp.ClientError) as error:
            raise ClientError(f"the connection was lost: {error}") from error

    async def _receive(self) -> Message:
        try:
            received = await self._websocket.receive(timeout=self._silence)
        except TimeoutError:
            raise ClientError(f"the server was silent for {self._silence:g} s") from None
        if received.type is not aiohttp.WSMsgType.BINARY:
            raise self._ended()
        self.heard = asyncio.get_running_loop().time()
        return codec.read(received.data, LARGEST)

    def _ended(self) -> ClientError:
        code = self._websocket.close_code
        if code == Close.UNAUTHORIZED:
            return ServerRefusal("unauthorized", "the credential is no longer good")
        return ClientError(f"the connection was closed with code {code}")

    async def _beat(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._send(Heartbeat())
