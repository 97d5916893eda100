"""Which environment is in force: taking over a new one, going back to an old one.

A change of environment is a candidate like any other: it is evaluated over the accepted inputs, and
what it newly finds there is carried, not blocking. An environment that cannot be built, that an
operator took back, or that comes while the channel is held does not get into force.
"""

import asyncio
import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice

from galley.plugins import build_environment
from galley.store.values import Commit, Counts, Record, VersionKind
from galley.worker.channel import Channel, breathe, now
from galley.worker.companion import Companion
from pipeline.engine.engine import Engine
from pipeline.engine.finding import Finding
from pipeline.engine.live import Tally
from pipeline.engine.trial import identity
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Key, Resource

log = logging.getLogger("galley.environment")

SLICE = 200
"""Inputs applied between two breaths."""

RETRY = 2.0
"""Seconds between two looks at an environment that cannot be built."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """An environment evaluated over the accepted inputs, not in force yet."""

    engine: Engine
    outputs: dict[Key, Resource | None]
    """Outputs that would change."""
    tally: Tally
    refused: tuple[Finding, ...]
    """Blocking findings that it would bring; carried if it is taken over."""


class Environments:
    """Keeps the channel's environment in step with its settings."""

    def __init__(self, channel: Channel, companion: Companion) -> None:
        self._channel = channel
        self._companion = companion

    async def consider(self) -> bool:
        """Build what the settings ask for and take it over if it may be; whether it was."""
        channel = self._channel
        try:
            wanted = self.build()
        except InvalidEnvironmentError as error:
            self._complain(error)
            return False
        channel.environment_problem = ()
        async with channel.lock:
            if wanted.digest == channel.environment.digest:
                channel.wanted = None
                return False
            if channel.holds or channel.ledger.quarantine.environment(wanted.digest):
                channel.wanted = wanted
                return False
            channel.wanted = None
            await self.take_over(await self.evaluate(wanted))
            return True

    def build(self) -> Environment:
        """The environment that the settings ask for.

        Raises:
            InvalidEnvironmentError: with everything that is wrong.
        """
        channel = self._channel
        return build_environment(channel.files.spec(), previous=channel.environment, now=now())

    async def first(self) -> Environment:
        """The environment to start under: what the settings ask for, unless it is taken back, the
        channel is held or it is invalid; then the one of the live version.

        Without a live version it waits until the settings' environment can be built.
        """
        channel = self._channel
        while True:
            try:
                wanted = self.build()
                channel.environment_problem = ()
            except InvalidEnvironmentError as error:
                self._complain(error)
            else:
                if self._may_start(wanted):
                    return wanted
                channel.wanted = wanted
            if channel.head:
                return await self._stored_environment(channel.head.environment)
            await asyncio.sleep(RETRY)

    def _complain(self, error: InvalidEnvironmentError) -> None:
        if self._channel.environment_problem != error.diagnostics:
            log.error("The environment is invalid: %s", error)
        self._channel.environment_problem = error.diagnostics

    def _may_start(self, wanted: Environment) -> bool:
        channel = self._channel
        if channel.head is None or channel.head.environment == wanted.digest:
            return True
        return not (channel.holds or channel.ledger.quarantine.environment(wanted.digest))

    async def _stored_environment(self, digest: bytes) -> Environment:
        content = await self.stored(digest)
        return build_environment(EnvironmentSpec.from_content(content), now=now())

    async def evaluate(self, environment: Environment) -> Prospect:
        """Run all accepted inputs under an environment; the one in force stays."""
        channel = self._channel
        engine = Engine(environment)
        await breathe(self._fill(engine))
        live = channel.ledger.live
        keys = engine.outputs.keys() | live.keys()
        outputs = live.differences(
            {key: engine.outputs.get(key) for key in keys if not _observed(environment, key)}
        )
        known = {identity(finding) for finding in channel.engine.findings()}
        refused = tuple(
            finding
            for finding in engine.findings()
            if finding.diagnostic.blocking and identity(finding) not in known
        )
        return Prospect(engine, outputs, live.tally(outputs), refused)

    async def take_over(self, prospect: Prospect) -> None:
        """Put an evaluated environment into force; a version is cut if outputs change."""
        channel = self._channel
        environment = prospect.engine.environment
        if channel.head and prospect.outputs:
            await self._commit(prospect)
        channel.install(environment, prospect.engine)
        await self._announce_kinds()
        self._companion.touch(prospect.engine.outputs)
        await self._companion.publish(prospect.engine)
        log.info("Environment %s is in force.", environment.digest.hex()[:12])

    async def restore(self, digest: bytes) -> None:
        """Go back to the environment of an earlier version; its outputs are live already."""
        channel = self._channel
        try:
            environment = await self._stored_environment(digest)
        except (ValueError, InvalidEnvironmentError) as error:
            log.error("The earlier environment cannot be built any more: %s", error)
            return
        channel.wanted = channel.wanted or channel.environment
        engine = Engine(environment)
        await breathe(self._fill(engine))
        channel.install(environment, engine)
        await self._announce_kinds()

    async def stored(self, digest: bytes) -> bytes:
        """The content of an environment, as the store keeps it."""
        if digest == self._channel.environment.digest:
            return self._channel.environment.spec.content()
        return await self._channel.store.run(lambda store: store.environment(digest))

    async def _announce_kinds(self) -> None:
        kinds = self._channel.environment.kinds
        await self._channel.announcer.kinds(kinds)
        await self._companion.kinds(kinds)

    async def _commit(self, prospect: Prospect) -> None:
        channel = self._channel
        environment, tally = prospect.engine.environment, prospect.tally
        before = channel.environment.digest.hex()[:12]
        commit = Commit(
            expected_head=channel.number,
            kind=VersionKind.ENVIRONMENT,
            digest=tally.digest,
            environment=environment.digest,
            environment_content=environment.spec.content(),
            outputs=prospect.outputs,
            inputs=(),
            author="galley",
            reason="schemas, policies or transforms changed",
            cause={"environment": {"before": before, "after": environment.digest.hex()[:12]}},
            counts=Counts(tally.added, tally.changed, tally.deleted, tally.resources),
            time=now(),
            record=Record(),
        )
        version = await channel.store.run(lambda store: store.commit(commit))
        channel.head = version
        await channel.announcer.published(version, prospect.outputs, channel.ledger.live)
        channel.ledger.live.put_all(prospect.outputs)

    def _fill(self, engine: Engine) -> Generator[None, None, None]:
        """Apply all accepted and observed inputs, in slices."""
        inputs = self._inputs()
        while part := dict(islice(inputs, SLICE)):
            engine.apply(part)
            yield

    def _inputs(self) -> Iterator[tuple[Key, Resource]]:
        ledger = self._channel.ledger
        for source in ledger.sources.values():
            for held in source.accepted.values():
                for item in held:
                    if ledger.accepted(item.resource.key) is item:
                        yield item.resource.key, item.resource
        yield from self._channel.observed.resources().items()


def _observed(environment: Environment, key: Key) -> bool:
    kind = environment.kinds.get(key.collection)
    return kind is not None and kind.observed
