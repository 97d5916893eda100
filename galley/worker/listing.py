"""Resources of a version, or as a stage left them, page by page, with their origins and, if wished,
their manifests."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from galley.store.values import Version
from galley.suggest import nearest
from galley.worker.channel import Channel
from galley.worker.loading import contents, resource
from galley.worker.naming import declared, held_collections
from galley.worker.parentage import parents_json
from galley.worker.places import origin_json
from galley.worker.problems import not_found, usage
from galley.worker.redaction import redacted
from pipeline.engine.tables import Table
from pipeline.model import Key, Resource

PAGE_MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which resources a page is about; empty fields stand for all."""

    collection: str
    namespace: str
    name: str
    labels: tuple[tuple[str, str, bool], ...]
    """(label, value, must be equal)."""

    def fits(self, key: Key) -> bool:
        return (
            (not self.collection or key.collection == self.collection)
            and (not self.namespace or key.namespace == self.namespace)
            and (not self.name or key.name == self.name)
        )

    def selects(self, item: Resource) -> bool:
        if not self.labels:
            return True
        held = item.labels
        return all((held.get(name) == value) is equal for name, value, equal in self.labels)


class Listing:
    """Pages of resources of one channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def page(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `ResourcesResult` describes."""
        wanted = self._wanted(params)
        number, stage = int(params.get("version") or 0), str(params.get("stage") or "")
        version = await self._version(number)
        if not stage:
            found = await self._resources(version, wanted)
            return await self._page(version, wanted, found, self._roots, params)
        if version.number != self._channel.number:
            raise usage(
                "What stages left is known of the live version alone.", "Ask without a version."
            )
        async with self._channel.lock:  # others move the engine to candidates and back
            table = self._stage(stage)
            found = (table[key] for key in table if wanted.fits(key))
            return await self._page(version, wanted, found, table.roots, params)

    async def _page(
        self,
        version: Version,
        wanted: Wanted,
        found: Iterable[Resource],
        roots: Callable[[Key], tuple[Key, ...]],
        params: Mapping[str, Any],
    ) -> dict[str, Any]:
        """A page of these, each with the place of the input that is its first root."""
        channel = self._channel
        after = str(params.get("next") or "")
        rest = (item for item in found if not after or item.key > Key.parse(after))
        limit = min(int(params.get("limit") or 200), PAGE_MOST)
        page = list(islice((item for item in rest if wanted.selects(item)), limit))
        keys = [item.key for item in page]
        created = await channel.store.run(lambda store: store.created(keys))
        manifests = bool(params.get("manifests"))
        return {
            "channel": channel.name,
            "version": version.number,
            "digest": version.digest.hex(),
            "resources": [
                self._report(item, roots(item.key), version, created, manifests) for item in page
            ],
            "next": str(keys[-1]) if len(page) == limit else "",
        }

    def _wanted(self, params: Mapping[str, Any]) -> Wanted:
        named = str(params.get("collection") or "")
        collection = declared(self._channel, named) if named else ""
        if named and not collection:
            collection = self._unknown_collection(named)
        return Wanted(
            collection or "",
            str(params.get("namespace") or ""),
            str(params.get("name") or ""),
            tuple(_selector(str(params.get("selector") or ""))),
        )

    def _unknown_collection(self, named: str) -> str:
        """A collection without a declared kind: by its name, or by its kind alone."""
        there = {key.collection for key in self._channel.ledger.live}
        in_full = [name for name in there if named.casefold() == name.casefold()]
        fits = in_full or held_collections(self._channel, named)
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise usage(f"{named!r} is one of {', '.join(fits)}.", "Write group/Kind.")
        raise not_found(f"There is no collection {named!r}.", "`galley get` lists what there is.")

    async def _version(self, number: int) -> Version:
        channel = self._channel
        if channel.head is None:
            raise not_found("Nothing was published yet.")
        if number in (0, channel.number):
            return channel.head
        return await channel.store.run(lambda store: store.version(number))

    async def _resources(self, version: Version, wanted: Wanted) -> Iterable[Resource]:
        channel = self._channel
        if version.number == channel.number:
            live = channel.ledger.live
            return [live[key] for key in sorted(live) if wanted.fits(key)]
        members = await channel.store.run(
            lambda store: list(
                store.outputs(
                    version.number,
                    collection=wanted.collection,
                    namespace=wanted.namespace,
                    name=wanted.name,
                )
            )
        )
        bodies = await contents(channel.store, {digest for _, digest in members})
        return [resource(key, digest, bodies) for key, digest in members]

    def _stage(self, stage: str) -> Table:
        engine = self._channel.engine
        try:
            return engine.after(stage)
        except KeyError:
            names = [item.name for item in engine.environment.stages]
            raise not_found(
                f"There is no stage {stage!r}{nearest(stage, names)}",
                f"The stages are {', '.join(names)}.",
            ) from None

    def _roots(self, key: Key) -> tuple[Key, ...]:
        return self._channel.engine.parents(key) or (key,)

    def _report(
        self,
        item: Resource,
        roots: tuple[Key, ...],
        version: Version,
        created: Mapping[Key, float],
        manifests: bool,
    ) -> dict[str, Any]:
        channel = self._channel
        held = channel.ledger.accepted(roots[0])
        origin = held.origin if held else None
        return {
            "collection": item.key.collection,
            "namespace": item.key.namespace,
            "name": item.key.name,
            "api_version": item.api_version,
            "digest": item.digest.hex(),
            "version": version.number,
            "created": created.get(item.key, 0.0),
            **origin_json(origin, channel.sources),
            "pending": bool(
                origin and origin.locator in channel.ledger.sources[origin.source].pending
            ),
            **parents_json(channel, item.key, roots),
            "manifest": redacted(item, channel.environment.kinds) if manifests else None,
        }


def _selector(text: str) -> Iterator[tuple[str, str, bool]]:
    """`a=b,c!=d`, as kubectl writes it."""
    for part in filter(None, (part.strip() for part in text.split(","))):
        for sign, equal in (("!=", False), ("==", True), ("=", True)):
            name, found, value = part.partition(sign)
            if found:
                yield name.strip(), value.strip(), equal
                break
        else:
            raise usage(f"{part!r} is not a selector.", "Write name=value or name!=value.")
