"""What subscribers refused: traced to where it comes from when it is stored, and shown while it
stands.

The place is looked up at once, for it is a fact of that moment: the file may be mended by the time
that somebody asks. What stands is kept here as well, as it is counted for every health report.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from galley.protocol.control import Refused
from galley.store.store import Store
from galley.store.values import Refusal
from galley.worker.channel import Channel
from galley.worker.places import origin_json
from galley.worker.problems import RefusedError
from galley.worker.provenance import brought_by, revision_json
from pipeline.model import Diagnostic, Key, Origin
from pipeline.model.messages.gate import REFUSED_BY_SUBSCRIBER, VERSION_REFUSED

TRACED = 200
"""Resources of versions that are traced at once."""
STANDING = 200
"""Refusals that stand and are shown: those of the newest versions."""

Wanted = tuple[int, Key]
"""A resource as a version held it."""


class Refusals:
    """Those of one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._standing: Sequence[Refusal] = ()
        self._found: tuple[object, tuple[Diagnostic, ...]] = (None, ())
        """What is found, and of what."""

    async def look(self) -> None:
        """Take in what stands, as it is stored."""
        read = self._channel.store.run(lambda store: store.standing_refusals(limit=STANDING))
        self._standing = await read

    def standing(self) -> list[str]:
        """Whose refusals stand."""
        return sorted({each.subscriber for each in self._standing})

    async def traced(self, told: Iterable[Sequence[Any]]) -> list[Refusal]:
        """What the service tells, as it is to be stored.

        Raises:
            RefusedError: the channel is still loading, and nobody knows yet where things are.
        """
        said = [Refused(*each) for each in told]
        named = ((each.version, key_in(text)) for each in said for text, _ in each.resources)
        wanted = [(version, key) for version, key in dict.fromkeys(named) if key][:TRACED]
        places = await self._places(wanted) if wanted else {}
        return [_refusal(each, places) for each in said]

    def findings(self) -> tuple[Diagnostic, ...]:
        """What is said of live resources, and of the live version, on the outputs."""
        live = self._channel.ledger.live
        mark = (self._standing, self._channel.number, live.digest)
        if self._found[0] != mark:
            self._found = (mark, tuple(self._find()))
        return self._found[1]

    def _find(self) -> Iterator[Diagnostic]:
        live, number = self._channel.ledger.live, self._channel.number
        by_key: dict[Key, list[tuple[Refusal, str]]] = defaultdict(list)
        unnamed: list[Refusal] = []
        for refusal in self._standing:
            if refusal.kind != "invalid":
                continue
            for each in refusal.resources:
                key = key_in(each["resource"])
                held = live.get(key) if key else None
                if key and held and held.digest.hex() == each["digest"]:
                    by_key[key].append((refusal, each["reason"] or refusal.reason))
            if refusal.version == number and not refusal.resources:
                unnamed.append(refusal)
        for key in sorted(by_key):
            first, reason = by_key[key][-1]
            who = _who([refusal for refusal, _ in by_key[key]])
            yield REFUSED_BY_SUBSCRIBER.report(
                key=key, who=who, version=first.version, reason=reason
            )
        if unnamed:
            yield VERSION_REFUSED.report(
                who=_who(unnamed), version=number, reason=unnamed[-1].reason
            )

    async def _places(self, wanted: Iterable[Wanted]) -> dict[Wanted, dict[str, Any]]:
        """What `RefusedResult` says of where they come from."""
        channel = self._channel
        async with channel.lock:  # others move the engine to candidates and back
            if channel.loading:
                raise RefusedError("unavailable", "The channel is still loading.")
            now = {key: self._now(key) for _, key in wanted}
            return await channel.store.run(
                lambda store: {each: self._place(store, each, *now[each[1]]) for each in wanted}
            )

    def _now(self, key: Key) -> tuple[bytes | None, Origin | None]:
        """Digest and origin of what is live."""
        channel = self._channel
        parents, live = channel.engine.parents(key), channel.ledger.live.get(key)
        held = channel.gate.origin_of(parents[0] if parents else key)
        return live.digest if live else None, held.origin if held else None

    def _place(
        self, store: Store, wanted: Wanted, live: bytes | None, origin: Origin | None
    ) -> dict[str, Any]:
        """Of what was changed meanwhile it is only known when it came."""
        version, key = wanted
        changes = store.changes_of(key)
        since, digest = next((each for each in changes if each[0] <= version), (0, None))
        if digest is None:
            return {"digest": ""}
        found: dict[str, Any] = {"digest": digest.hex(), "since": since}
        if digest != live or origin is None:
            return found
        since, brought = brought_by(store, key, origin)
        return {
            **found,
            **origin_json(origin, self._channel.sources),
            "brought_by": revision_json(brought) if brought else None,
        }


def refusal_report(refusal: Refusal) -> dict[str, Any]:
    """`RefusalResult`."""
    return {
        "version": refusal.version,
        "subscriber": refusal.subscriber,
        "wire": refusal.wire,
        "credential": refusal.credential,
        "kind": refusal.kind,
        "reason": refusal.reason,
        "time": refusal.time,
        "settled": refusal.settled,
        "resources": [dict(each) for each in refusal.resources],
    }


def key_in(text: str) -> Key | None:
    """The key that a subscriber named; None if it is none."""
    try:
        return Key.parse(text)
    except ValueError:
        return None


def _refusal(said: Refused, places: Mapping[Wanted, Mapping[str, Any]]) -> Refusal:
    resources = []
    for name, reason in said.resources:
        key = key_in(name)
        place = places.get((said.version, key), {}) if key else {}
        resources.append({"digest": "", **place, "resource": name, "reason": reason})
    return Refusal(**{**said._asdict(), "resources": tuple(resources)})


def _who(refusals: Sequence[Refusal]) -> str:
    """The one who was first, and how many more."""
    first, others = refusals[-1], len({each.subscriber for each in refusals}) - 1
    more = f" and {others} more" if others else ""
    return f"{first.subscriber} ({first.wire}){more}"
