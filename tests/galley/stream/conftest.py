"""A channel line fed by hand, behind a real server, and subscribers that speak raw messages."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from galley.protocol import codec, messages
from galley.protocol.control import Change, Entry, PastChange, VersionNote
from galley.protocol.messages import (
    Ack,
    BucketDigests,
    Chunk,
    Compare,
    Have,
    Heartbeat,
    Hello,
    Message,
    Nack,
    Subscribe,
    Subscribed,
    Update,
    View,
)
from galley.server.channel import Channel
from galley.server.session import Session
from galley.server.stream import stream
from galley.server.streams import STREAMS, mount
from galley.settings import Role, StreamSettings
from pipeline.model import Buckets, Key, Resource
from pipeline.model.digest import BUCKETS

DEADLINE = 10.0


def resource(
    name: str, value: int = 0, *, namespace: str = "default", kind: str = "Service", **labels: str
) -> Resource:
    key = Key(f"core/{kind}", namespace, name)
    return Resource.build(key, "v1", labels=labels, body={"value": value})


@dataclass
class Line:
    """Plays the worker: keeps every version, and tells the channel what changes."""

    settings: StreamSettings = field(default_factory=StreamSettings)
    lineage: str = "first"
    versions: dict[int, dict[Key, Resource]] = field(default_factory=lambda: {0: {}})
    number: int = 0
    forgotten: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)
    channel: Channel = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    @property
    def content(self) -> dict[Key, Resource]:
        return self.versions[self.number]

    def restart(self) -> None:
        """A new serving process: a new channel with what is live."""
        self.channel = Channel("default", self.changes_since, self.settings)
        self.load()

    def load(self) -> None:
        """The worker tells everything, as after its start."""
        self.channel.opened(self.lineage)
        entries = [Entry(*r.key, r.digest, r.content) for r in self.content.values()]
        for start in range(0, len(entries), 500):
            self.channel.content(entries[start : start + 500])
        self.channel.live(self.note() if self.number else None)

    def note(self, kind: str = "publish", restores: int = 0) -> VersionNote:
        now = time.time()
        digest = digest_of(self.content)
        return VersionNote(self.number, digest, 0, kind, restores, now, "me", "because")

    def publish(
        self, *put: Resource, gone: tuple[Key, ...] = (), kind: str = "publish", restores: int = 0
    ) -> int:
        """The next version, with these resources put and those keys gone."""
        content = {r.key: r for r in (*self.content.values(), *put) if r.key not in gone}
        return self.replace(content, kind=kind, restores=restores)

    def rollback(self, target: int) -> int:
        return self.replace(self.versions[target], kind="rollback", restores=target)

    def replace(self, content: Mapping[Key, Resource], kind: str, restores: int = 0) -> int:
        old, self.number = self.content, self.number + 1
        self.versions[self.number] = dict(content)
        changes = [
            _change(key, old.get(key), content.get(key))
            for key in sorted({*old, *content})
            if old.get(key) != content.get(key)
        ]
        for start in range(0, len(changes), 500):
            self.channel.changes(changes[start : start + 500])
        self.channel.published(self.note(kind, restores))
        return self.number

    async def changes_since(self, version: int) -> tuple[int, list[PastChange]]:
        self.asked.append(version)
        if version not in self.versions or version in self.forgotten:
            raise LookupError(version)
        old, new = self.versions[version], self.content
        return self.number, [
            _past(key, old.get(key), new.get(key))
            for key in {*old, *new}
            if old.get(key) != new.get(key)
        ]

    def seen(self, view: View) -> dict[Key, Resource]:
        """What a view holds, worked out the slow way."""
        return {
            key: each
            for key, each in self.content.items()
            if view.selects(key.collection, key.namespace) and view.selects_labels(each.labels)
        }


def digest_of(content: Mapping[Key, Resource]) -> bytes:
    return Buckets((key.hash, each.digest) for key, each in content.items()).digest()


def _change(key: Key, old: Resource | None, new: Resource | None) -> Change:
    sides = (old.digest if old else None, new.digest if new else None)
    return Change(*key, *sides, new.content if new else None)


def _past(key: Key, old: Resource | None, new: Resource | None) -> PastChange:
    labels = old.labels if old else None
    return PastChange(*key, old.digest if old else None, labels, new.digest if new else None)


@dataclass(frozen=True)
class Grant:
    name: str = "tester"
    denied: frozenset[str] = frozenset()

    def may(self, channel: str, role: Role) -> bool:
        return channel not in self.denied


@dataclass
class Server:
    """A real server; channels can be exchanged under it."""

    channels: dict[str, Channel]
    settings: StreamSettings
    grant: Grant
    url: str = ""
    app: web.Application = field(default_factory=web.Application)
    runner: web.AppRunner = field(init=False)

    async def start(self, port: int = 0) -> None:
        mount(self.app)
        self.app.router.add_get("/v1/stream", self._stream)
        self.runner = web.AppRunner(self.app, access_log=None)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port, backlog=4096)
        await site.start()
        self.url = site.name

    async def stop(self) -> None:
        await self.runner.cleanup()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        return await stream(
            request, channels=self.channels, settings=self.settings, grant=self.grant
        )

    @property
    def connections(self) -> int:
        return len(self.app[STREAMS])

    def sessions(self) -> tuple[Session, ...]:
        return tuple(self.app[STREAMS]._sessions)

    def cut(self, node: str) -> None:
        """Lose the connections of a subscriber."""
        for session in self.sessions():
            if any(each.asked.node == node for each in session.subscriptions.values()):
                session.websocket.transport.abort()

    @property
    def closed(self) -> dict[int, int]:
        return self.app[STREAMS].closed


class Raw:
    """A subscriber that says exactly what the test says."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self.websocket = websocket
        self.held: dict[Key, Resource] = {}
        self.updates: list[Update] = []

    async def say(self, message: Message | bytes) -> None:
        data = message if isinstance(message, bytes) else messages.encode(message)
        await self.websocket.send_bytes(data)

    async def hear(self) -> Any:
        """The next message that is no heartbeat, or the close code if there is none."""
        while isinstance(heard := await self.hear_all(), Heartbeat):
            pass
        return heard

    async def hear_all(self) -> Any:
        async with asyncio.timeout(DEADLINE):
            received = await self.websocket.receive()
        if received.type is not aiohttp.WSMsgType.BINARY:
            return self.websocket.close_code
        return codec.read(received.data, 1 << 26)

    async def subscribe(self, view: View | None = None, **options: Any) -> Subscribed:
        given: dict[str, Any] = {
            "id": 1,
            "channel": "default",
            "node": "raw",
            "have": None,
            "zstd": False,
        }
        await self.say(
            Subscribe(**(given | {"view": view or View(), "max_staleness": 0.0} | options))
        )
        subscribed = await self.hear()
        assert isinstance(subscribed, Subscribed), subscribed
        return subscribed

    async def update(self) -> Update:
        """The next update, whole; it is applied but not answered."""
        head = await self.hear()
        assert isinstance(head, Update), head
        upserts, removals = list(head.upserts), list(head.removals)
        for number in range(1, head.chunks + 1):
            chunk = await self.hear()
            assert isinstance(chunk, Chunk)
            assert (chunk.nonce, chunk.number) == (head.nonce, number)
            upserts += chunk.upserts
            removals += chunk.removals
        whole = head._replace(upserts=upserts, removals=removals)
        self._apply(whole)
        self.updates.append(whole)
        return whole

    async def ack(self, update: Update, digest: bytes | None = None) -> None:
        await self.say(Ack(update.view, update.nonce, digest or update.target))

    async def nack(self, update: Update, kind: str = "invalid", reason: str = "no") -> None:
        await self.say(Nack(update.view, update.nonce, kind, reason, []))

    async def take(self) -> Update:
        """Receive, verify and acknowledge the next update."""
        update = await self.update()
        assert digest_of(self.held) == update.target
        await self.ack(update)
        return update

    async def answer_compare(self) -> None:
        compare = await self.hear()
        assert isinstance(compare, Compare), compare
        buckets = Buckets((key.hash, each.digest) for key, each in self.held.items())
        prefixes = b"".join(buckets.bucket_digest(n)[:8] for n in range(BUCKETS))
        await self.say(BucketDigests(compare.view, prefixes))

    def _apply(self, update: Update) -> None:
        if update.base is not None:
            assert digest_of(self.held) == update.base
        elif update.buckets:
            replaced = {key for key in self.held if _bucket(key) in set(update.buckets)}
            self.held = {k: v for k, v in self.held.items() if k not in replaced}
        else:
            self.held = {}
        for content in update.upserts:
            decoded = Resource.decode(content)
            self.held[decoded.key] = decoded
        for key in update.removals:
            del self.held[key]


def _bucket(key: Key) -> int:
    return key.hash[0] << 4 | key.hash[1] >> 4


Connect = Callable[[], Awaitable[Raw]]
Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def settings() -> StreamSettings:
    return StreamSettings()


@pytest.fixture
async def line(settings: StreamSettings) -> AsyncIterator[Line]:
    made = Line(settings)
    yield made
    await made.channel.close()


@pytest.fixture
async def server(line: Line, settings: StreamSettings) -> AsyncIterator[Server]:
    made = Server({"default": line.channel}, settings, Grant(denied=frozenset({"secret"})))
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as http:
        url = server.url + messages.PATH
        async with http.ws_connect(
            url, protocols=(messages.SUBPROTOCOL,), max_msg_size=0
        ) as websocket:
            raw = Raw(websocket)
            assert isinstance(await raw.hear(), Hello)
            yield raw


@pytest.fixture
async def raw(server: Server) -> AsyncIterator[Raw]:
    async with connected(server) as made:
        yield made


@pytest.fixture
def until() -> Until:
    """Wait until something holds."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():  # noqa: ASYNC110  # there is nothing that would set an event
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def have(line: Line) -> Callable[[int], Have]:
    """What somebody has who has this version of everything."""
    return lambda version: Have(line.lineage, version, digest_of(line.versions[version]))


@pytest.fixture(name="resource")
def make_resource() -> Callable[..., Resource]:
    """Build a resource: name, value, namespace, kind and labels."""
    return resource


@pytest.fixture(name="digest_of")
def make_digest_of() -> Callable[[Mapping[Key, Resource]], bytes]:
    """The digest of a content, worked out from nothing."""
    return digest_of


@pytest.fixture
def connect(server: Server) -> Callable[[], Any]:
    """One more raw subscriber, as a context."""
    return lambda: connected(server)


@pytest.fixture
def new_line() -> Callable[..., Line]:
    """A channel line of one's own."""
    return Line


@pytest.fixture
def new_server() -> Callable[[Line], Server]:
    """A server of one's own; start and stop it."""
    return lambda line: Server({"default": line.channel}, line.settings, Grant())


@pytest.fixture
def connect_to() -> Callable[[Server], Any]:
    """A raw subscriber of that server, as a context."""
    return connected
