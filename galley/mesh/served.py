"""What the resources of one collection in a view are on a wire now, and the messages about them.

Shared by all streams that watch the same: whatever one of them needs is assembled once while the
content stays. Forms of many resources are joined in slices; who needs the message is woken then.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from galley.mesh.message import Message
from galley.server.slices import Job
from galley.server.views import LiveView
from pipeline.encoding.mesh import VERSION_LENGTH as RESOURCE_VERSION_LENGTH
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.mesh.line import Line
    from galley.mesh.watch import Watch

AT_ONCE = 500
"""Resources that are joined on the spot; more of them in slices."""
MOST_MESSAGES = 256
"""Messages about one content that are kept: clients that name resources each name their own."""
NOTHING = "-"
"""Stands for a collection of which there is never anything: it is answered, and empty."""
VERSION_LENGTH = 16
"""Hexadecimal digits of a digest that serve as a version: of a set, and of a resource in it."""


class Everything(Protocol):
    """How a protocol writes a response with all there is."""

    def head(self) -> list[bytes]:
        """The fields in front of the resources."""

    def entry(self, key: Key, form: bytes) -> bytes:
        """One resource in it."""


def name_of(key: Key) -> str:
    """What clients call a resource."""
    return f"{key.namespace}/{key.name}" if key.namespace else key.name


class Step(NamedTuple):
    """The difference between an earlier content and the present one."""

    changed: frozenset[Key]
    """Added, or another one."""
    removed: frozenset[Key]
    added: frozenset[Key]


class Served:
    """One collection of a view on one wire; confined to the serving loop."""

    __slots__ = (
        "_building",
        "_epoch",
        "_messages",
        "_steps",
        "_versions",
        "blames",
        "collection",
        "line",
        "live",
        "watches",
        "wire",
    )

    def __init__(self, line: "Line", wire: str, collection: str, live: LiveView) -> None:
        self.line = line
        self.wire = wire
        self.collection = collection
        self.live = live
        self.watches: dict[Watch, None] = {}
        self._messages: dict[Hashable, Message] = {}
        self._steps: dict[bytes, Step | None] = {}
        self._versions: dict[str, str] | None = None
        self._building: set[Hashable] = set()
        self.blames: dict[tuple[bytes | None, str], tuple[Key, ...]] = {}
        """What a refusal of this content is about, by what was acknowledged before, and why."""
        self._epoch = 0
        """Grows with every `renew`."""

    @property
    def ready(self) -> bool:
        """Whether a client may be told what there is, and what there is not."""
        return self.live.built and self.line.serves(self.wire)

    @property
    def digest(self) -> bytes:
        """Of the content."""
        return self.live.digest

    @property
    def version(self) -> str:
        """Of the content; the same wherever and whenever the content is."""
        return self.digest.hex()[:VERSION_LENGTH]

    @property
    def number(self) -> int:
        """The channel's number for what is live."""
        head = self.line.channel.head
        return head.number if head else 0

    def key(self, name: str) -> Key:
        """The key of the resource that clients call so."""
        namespace, slash, rest = name.partition("/")
        return Key(self.collection, namespace, rest) if slash else Key(self.collection, "", name)

    def form(self, key: Key) -> bytes | None:
        """A resource as the wire has it; None if it is not in the view."""
        if self.live.view.labels and self.live.buckets.get(key.hash) is None:
            return None
        if not self.live.view.selects(key.collection, key.namespace):
            return None
        return self.line.channel.on_wires.on(self.wire).get(key)

    def version_of(self, key: Key) -> str:
        """The version of a resource; empty if it is not there."""
        digest = self.live.buckets.get(key.hash)
        return digest.hex()[:VERSION_LENGTH] if digest else ""

    def versions(self) -> dict[str, str]:
        """Version by name of all there is, made once for all who come back and say what they have:
        after a restart that is everybody."""
        if self._versions is None:
            self._versions = {name_of(key): self.version_of(key) for key, _ in self.forms()}
        return self._versions

    def resource_version(self, key: Key) -> str:
        """The version in a resource's own metadata, in Istio's messages."""
        digest = self.live.buckets.get(key.hash)
        return digest.hex()[:RESOURCE_VERSION_LENGTH] if digest else ""

    def forms(self) -> Iterator[tuple[Key, bytes]]:
        """All there is, as of this moment."""
        labelled = bool(self.live.view.labels)
        for key, form in self.line.channel.on_wires.on(self.wire).selection(self.live.view):
            if not labelled or self.live.buckets.get(key.hash) is not None:
                yield key, form

    def since(self, base: bytes) -> Step | None:
        """What changed since the content with that digest; None if it is not remembered."""
        if base not in self._steps:
            changes = {} if base == self.digest else self.live.history.since(base)
            self._steps[base] = None if changes is None else self._step(changes)
        return self._steps[base]

    def _step(self, changes: Mapping[Key, bytes | None]) -> Step:
        now = {key: self.live.buckets.get(key.hash) for key in changes}
        return Step(
            frozenset(key for key, was in changes.items() if now[key] and now[key] != was),
            frozenset(key for key, was in changes.items() if was and not now[key]),
            frozenset(key for key, was in changes.items() if now[key] and not was),
        )

    def departed(self, key: Key) -> bytes | None:
        """The last form of a resource that went lately."""
        return self.line.channel.on_wires.departed(self.wire, key)

    def departed_lately(self) -> frozenset[Key]:
        """Resources that went lately and may still be held by a client that comes back; of a view
        by label nobody knows which were in it."""
        if self.live.view.labels:
            return frozenset()
        forms = self.line.channel.on_wires
        return frozenset(forms.departed_of(self.wire, self.collection))

    def message(self, mark: Hashable, fields: Callable[[], tuple[list[bytes], int]]) -> Message:
        """A message about the present content.

        Args:
            mark: what it is, among the messages about this content.
            fields: makes its fields, and tells how many resources they are about.
        """
        found = self._messages.get(mark)
        if found is None:
            parts, count = fields()
            found = self._keep(mark, parts, count)
        return found

    def everything(self, mark: Hashable, assemble: Everything) -> Message | None:
        """A message with all there is; None: it is being made, and the watches are woken then."""
        found = self._messages.get(mark)
        if found is not None or mark in self._building:
            return found
        job = self._build(mark, assemble)
        if len(self.live.buckets) <= AT_ONCE:
            for _ in job:
                pass
            return self._messages[mark]
        self._building.add(mark)
        self.line.channel.run(job).add_done_callback(lambda _: self._built(mark))
        return self._messages.get(mark)

    def renew(self) -> None:
        """The content is another one, or is called otherwise."""
        self._epoch += 1
        self._messages.clear()
        self._steps.clear()
        self.blames.clear()
        self._versions = None

    def _build(self, mark: Hashable, assemble: Everything) -> Job[None]:
        while True:
            epoch, parts = self._epoch, assemble.head()
            count = 0
            for key, form in self.forms():
                parts.append(assemble.entry(key, form))
                count += 1
                if count % AT_ONCE == 0:
                    yield 0.0
            if epoch == self._epoch:
                self._keep(mark, parts, count)
                return

    def _built(self, mark: Hashable) -> None:
        self._building.discard(mark)
        self.line.wake(self)

    def _keep(self, mark: Hashable, parts: list[bytes], count: int) -> Message:
        if len(self._messages) >= MOST_MESSAGES:
            del self._messages[next(iter(self._messages))]
        made = Message(parts, count=count, digest=self.digest, version=self.number)
        self._messages[mark] = made
        return made
