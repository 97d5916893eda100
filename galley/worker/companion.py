"""The companion channel `NAME.observed`: what is observed of the world, latest wins.

Its versions pass no gate: they are never held, rolled back, quarantined or counted by the deletion
budget, and only the last ten are kept. After a restart the last state is served until the sources
have been read again; of what cannot be read then it is what a version was made of.
"""

import logging
from collections.abc import Iterable, Mapping

from galley.store.errors import HeadConflictError, StoreError, WriterLostError
from galley.store.values import Commit, Counts, InputChange, Version, VersionKind
from galley.worker.announce import Announcer
from galley.worker.channel import now
from galley.worker.loading import load_inputs, load_outputs
from galley.worker.store_thread import StoreThread
from pipeline.engine.engine import Engine
from pipeline.engine.live import Live
from pipeline.engine.observed import Observed
from pipeline.environment import Environment
from pipeline.model import Key, Resource

log = logging.getLogger("galley.companion")


class Companion:
    """The observed outputs of a channel's engine as a line of versions of their own."""

    def __init__(self, store: StoreThread, announcer: Announcer, observed: Observed) -> None:
        self._store = store
        self._announcer = announcer
        self._observed = observed
        self._touched: set[Key] = set()
        self._complete = False
        """Whether all sources were read."""
        self.live = Live()
        self.head: Version | None = None

    async def start(self) -> None:
        """Serve what was last observed, and know where."""
        self.head = await self._store.run(lambda store: store.head())
        await self._announcer.opened(self._store.lineage)
        if self.head:
            self.live.put_all(await load_outputs(self._store, self.head.number))
            self._observed.load(await load_inputs(self._store, self.head.number, self.live))
            await self._announcer.content(self.live.values())
        await self._announcer.live(self.head)

    async def environment(self, environment: Environment) -> None:
        """Pass on what collections are called, and what meshes are served."""
        await self._announcer.kinds(environment.kinds)
        await self._announcer.wires(environment.wires, self.live.values())

    @property
    def behind(self) -> bool:
        """Whether something touched was not published yet."""
        return bool(self._touched)

    def touch(self, keys: Iterable[Key]) -> None:
        """Outputs that may have changed."""
        self._touched.update(keys)

    def reconcile(self) -> None:
        """All sources were read: what none of them has seen any more goes."""
        self._complete = True
        self._touched.update(self.live)

    async def publish(self, engine: Engine, *, settled: bool = False) -> None:
        """Make the touched observed outputs a version, if they differ; the caller holds the lock.

        What the store refuses stays `behind`, for the next time.

        Args:
            engine: whose outputs they are.
            settled: whether the channel itself has a version, so that nothing observed may mean
                that there is nothing.

        Raises:
            HeadConflictError, WriterLostError: the store is no longer ours.
        """
        kinds = engine.environment.kinds
        observed = {
            key: engine.outputs.get(key)
            for key in self._touched
            if (kind := kinds.get(key.collection)) and kind.observed
        }
        try:
            changes = self.live.differences(observed)
            empty = settled and self._complete and self.head is None
            if changes or (empty and engine.environment.wires):  # meshes wait for a version
                await self._commit(engine, changes)
                await self._store.run(lambda store: store.retain(now()))
        except (HeadConflictError, WriterLostError):
            raise
        except StoreError as error:
            log.warning("The store refuses what was observed; it is tried again: %s", error)
            return
        self._touched.clear()

    async def changes_of(self, key: Key) -> list[tuple[int, bytes | None]]:
        """(version, digest or None) of each version kept that changed a key, newest first."""
        return await self._store.run(lambda store: store.changes_of(key))

    async def _commit(self, engine: Engine, changes: Mapping[Key, Resource | None]) -> None:
        tally = self.live.tally(changes)
        commit = Commit(
            expected_head=self.head.number if self.head else 0,
            kind=VersionKind.PUBLISH,
            digest=tally.digest,
            environment=engine.environment.digest,
            environment_content=b"",
            outputs=changes,
            inputs=tuple(
                InputChange(*spot, resource, None) for spot, resource in self._observed.owed.items()
            ),
            author="galley",
            reason="",
            cause={},
            counts=Counts(tally.added, tally.changed, tally.deleted, tally.resources),
            time=now(),
        )
        self.head = await self._store.run(lambda store: store.commit(commit))
        self._observed.owed.clear()
        before = {key: self.live.get(key) for key in changes}
        self.live.put_all(changes)
        await self._announcer.published(self.head, changes, before)
