"""What the checks are asked about: a candidate against the live version, as JSON.

A question holds resources as they are kept, and nothing that changes: it is written out piece by
piece while the check reads, and the channel goes on meanwhile.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from galley.protocol.checking import FORMAT, Base, Content
from galley.settings import CheckSettings
from pipeline.engine.live import Tally
from pipeline.environment import Environment
from pipeline.manifest import manifest
from pipeline.model import Key, Origin, Resource

PIECE = 64 * 1024
"""Bytes that are written at once, at least."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One resource that the candidate changes; at least one of the two is there."""

    key: Key
    before: Resource | None
    after: Resource | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Question:
    """One content that checks judge."""

    channel: str
    base: Base
    content: Content
    changes: tuple[Changed, ...] = ()
    """By key; none where the live version itself is judged."""
    resources: Mapping[Key, Resource] = field(default_factory=dict)
    """Every resource of the content, if a check wants to see them."""

    @property
    def name(self) -> tuple[str, str]:
        """What an answer holds for: the digests of content and environment."""
        return self.content.digest, self.content.environment

    def document(self, check: CheckSettings) -> Iterator[bytes]:
        """The JSON that a check is given, in pieces: a `CandidateDocument`."""
        head = {
            "format": FORMAT,
            "channel": self.channel,
            "check": check.name,
            "base": self.base.model_dump(),
            "candidate": self.content.model_dump(),
        }
        held = bytearray(orjson.dumps(head)[:-1])
        held += b',"changes":['
        for part in self._parts(check):
            held += part
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
        yield bytes(held + b"]}")

    def _parts(self, check: CheckSettings) -> Iterator[bytes]:
        for number, change in enumerate(self.changes):
            yield (b"," if number else b"") + _change(change)
        if check.give == "all":
            yield b'],"resources":['
            for number, key in enumerate(sorted(self.resources)):
                yield (b"," if number else b"") + orjson.dumps(_manifest(self.resources[key]))


def counted(tally: Tally, environment: Environment) -> Content:
    """What a content amounts to."""
    return Content(
        digest=tally.digest.hex(),
        environment=environment.digest.hex(),
        added=tally.added,
        changed=tally.changed,
        deleted=tally.deleted,
        resources=tally.resources,
    )


def changed(
    outputs: Mapping[Key, Resource | None],
    live: Mapping[Key, Resource],
    origins: Mapping[Key, Origin],
) -> tuple[Changed, ...]:
    """The changes that some outputs mean for what is live."""
    return tuple(
        Changed(key, live.get(key), outputs[key], origins.get(key)) for key in sorted(outputs)
    )


def _change(change: Changed) -> bytes:
    origin = change.origin or Origin("", "", "")
    return orjson.dumps(
        {
            "resource": str(change.key),
            "change": "deleted" if not change.after else "changed" if change.before else "added",
            "source": origin.source,
            "file": origin.locator.encode("utf-8", "replace").decode(),  # it may be no text
            "line": origin.line,
            "revision": origin.revision,
            "before": _manifest(change.before),
            "after": _manifest(change.after),
        }
    )


def _manifest(resource: Resource | None) -> dict[str, object] | None:
    return manifest(resource, resource.document()) if resource else None
