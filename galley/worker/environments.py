"""Which environment is in force: taking over a new one, going back to an old one.

A change of environment is a candidate like any other: it is evaluated over the accepted inputs, and
what it newly finds there is carried, not blocking. An environment that cannot be built, that an
operator took back, or that comes while the channel is held does not get into force.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice

from galley.plugins import build_environment
from galley.store.values import Commit, Counts, Version, VersionKind
from galley.worker.bookkeeping import input_changes, revisions
from galley.worker.channel import Channel, breathe, following, let_go, now
from galley.worker.checks.checking import Checking
from galley.worker.checks.question import Question
from galley.worker.companion import Companion
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.schema_sources import SchemaSources
from pipeline.engine.candidate import Candidate, Named
from pipeline.engine.engine import Engine
from pipeline.engine.finding import Finding
from pipeline.engine.live import Tally
from pipeline.engine.trial import identity
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Key, Located, Resource

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

    def candidate(self, accepted: Callable[[Key], Located | None]) -> Candidate:
        """What checks may speak of; there are no change units behind it."""
        named = {
            key: Named(accepted((self.engine.parents(key) or (key,))[0]), frozenset())
            for key in self.outputs
        }
        return Candidate(
            frozenset(),
            (),
            self.outputs,
            self.tally.digest,
            self.tally.added,
            self.tally.changed,
            self.tally.deleted,
            self.tally.resources,
            named=named,
        )


class Environments:
    """Keeps the channel's environment in step with its settings."""

    def __init__(
        self, channel: Channel, companion: Companion, checking: Checking, schemas: SchemaSources
    ) -> None:
        self.schemas = schemas
        self._channel = channel
        self._companion = companion
        self._checking = checking
        self._asked: tuple[Question, Candidate] | None = None
        """What the checks were asked about an environment that is not in force."""

    async def consider(self) -> bool:
        """Build what the settings ask for and take it over if it may be; whether it was."""
        channel = self._channel
        try:
            channel.wanted = self.build(channel.files)
        except InvalidEnvironmentError as error:
            self._complain(error)
            return False
        channel.environment_problem = ()
        self._forget_asked()
        return await self.reconsider()

    async def reconsider(self) -> bool:
        """Take over what was built and could not come into force, if it may now; whether it was.

        Raises:
            StoreError: it waits for another try.
        """
        channel = self._channel
        async with channel.lock:
            wanted = channel.wanted
            if wanted is None or wanted.stands_for(channel.environment):
                self._remark(wanted)
                channel.wanted = None
                return False
            if channel.holds or channel.ledger.quarantine.environment(wanted.digest):
                return False
            if self._is_kept_back():
                return False
            prospect = await self.evaluate(wanted)
            if not self._let_pass(prospect):
                return False
            await self.take_over(prospect)
            self._forget_asked()
            channel.wanted = None
            return True

    def _remark(self, same: Environment | None) -> None:
        """Say of the environment in force what is said of it now: a schema that was there may be
        one that is kept, and a suppression come near its end."""
        if same:
            self._channel.environment = replace(
                self._channel.environment, diagnostics=same.diagnostics, due=same.due
            )

    def _forget_asked(self) -> None:
        self._asked, self._channel.environment_doubts = None, ()

    def _is_kept_back(self) -> bool:
        """Whether the checks are being asked about the environment that is wanted, or have said no;
        after a while they are asked again."""
        if self._asked is None:
            return False
        self._channel.environment_doubts = tuple(self._checking.against(*self._asked))
        return self._checking.is_asking(self._asked[0]) or bool(self._channel.environment_doubts)

    def _let_pass(self, prospect: Prospect) -> bool:
        """Whether the checks have nothing against what an environment would make live; where they
        have to be asked, that begins."""
        channel = self._channel
        if not (channel.settings.checks and channel.head and prospect.outputs):
            return True
        candidate = prospect.candidate(channel.ledger.accepted)
        question = self._checking.question_of(candidate, prospect.engine.environment)
        self._asked = question, candidate
        if not self._checking.knows(question):
            self._checking.ask(question)
        return not self._is_kept_back()

    def build(self, files: EnvironmentFiles) -> Environment:
        """The environment that settings ask for, with their files and sources of schemas.

        Raises:
            InvalidEnvironmentError: with everything that is wrong.
        """
        if unknown := tuple(self.schemas.unknown(files.settings)):
            raise InvalidEnvironmentError(unknown)
        return self.build_of_known(files)

    def build_of_known(self, files: EnvironmentFiles) -> Environment:
        """The same, without the schemas of sources that were never read.

        Raises:
            InvalidEnvironmentError: with everything that is wrong.
        """
        spec = files.spec()
        spec = replace(spec, schemas=(*spec.schemas, *self.schemas.texts(files.settings)))
        return files.built(spec, previous=self._channel.environment, now=now())

    async def first(self) -> Environment:
        """The environment to start under: what the settings ask for, unless it is taken back, the
        channel is held or it is invalid; then the one of the live version.

        Without a live version, or if that one cannot be built any more, it waits until the
        settings' environment can be. The caller holds the lock; where there is nothing to protect,
        no version, it is let go of while this waits, so that people can ask why and mend it.
        """
        channel = self._channel
        if any(self.schemas.unknown(channel.settings)):  # they have just been started
            await self._wait()
        while True:
            try:
                wanted = self.build(channel.files)
                channel.environment_problem = ()
            except InvalidEnvironmentError as error:
                self._complain(error)
            else:
                if self._may_start(wanted):
                    return wanted
                channel.wanted = wanted
            if channel.head and (earlier := self.earlier(await self.stored(channel.head))):
                return earlier
            await self._wait()

    async def _wait(self) -> None:
        """Until an environment may be built that could not be before."""
        channel = self._channel
        async with nullcontext() if channel.head else let_go(channel.lock):
            await self.schemas.heard(RETRY)

    def _complain(self, error: InvalidEnvironmentError) -> None:
        if self._channel.environment_problem != error.diagnostics:
            log.error("The environment is invalid: %s", error)
        self._channel.environment_problem = error.diagnostics

    def _may_start(self, wanted: Environment) -> bool:
        channel = self._channel
        if channel.head is None or channel.head.environment == wanted.digest:
            return True
        if channel.settings.checks:  # they are asked first, and nobody waits for them here
            return False
        return not (channel.holds or channel.ledger.quarantine.environment(wanted.digest))

    def earlier(self, content: bytes) -> Environment | None:
        """An environment that was in force before; None if it cannot be built any more."""
        try:
            return build_environment(EnvironmentSpec.from_content(content), now=now())
        except (ValueError, InvalidEnvironmentError) as error:
            log.error("The earlier environment cannot be built any more: %s", error)
            return None

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
        with following():
            await self._install(environment, prospect.engine)
        log.info("Environment %s is in force.", environment.digest.hex()[:12])

    async def renew(self) -> bool:
        """Build the environment in force once more, on another day; the caller holds the lock.

        Raises:
            StoreError: it waits for another try.
        """
        environment = self._channel.environment
        same = self.earlier(environment.spec.content())
        if same is None:
            return False
        same = replace(same, diagnostics=environment.diagnostics)
        await self.take_over(await self.evaluate(same))
        return True

    async def restore(self, environment: Environment) -> None:
        """Go back to an earlier environment; its outputs are live already."""
        channel = self._channel
        channel.wanted = channel.wanted or channel.environment
        engine = Engine(environment)
        await breathe(self._fill(engine))
        await self._install(environment, engine)

    async def _install(self, environment: Environment, engine: Engine) -> None:
        """Let another engine take the place of the one in force, for what is observed as well: what
        only that one has derived goes."""
        self._companion.touch(self._channel.engine.outputs)
        self._channel.install(environment, engine)
        await self.announce()
        self._companion.touch(engine.outputs)
        await self._companion.publish(engine)

    async def stored(self, version: Version) -> bytes:
        """The content of a version's environment, as the store keeps it."""
        digest = version.environment
        if digest == self._channel.environment.digest:
            return self._channel.environment.spec.content()
        return await self._channel.store.run(lambda store: store.environment(digest))

    async def announce(self) -> None:
        """Tell the service by what the channel judges."""
        channel, environment = self._channel, self._channel.environment
        await channel.announcer.kinds(environment.kinds)
        await channel.announcer.wires(environment.wires, channel.ledger.live.values())
        await self._companion.environment(environment)
        if channel.settings.admitting:
            await channel.announcer.environment(environment)

    async def _commit(self, prospect: Prospect) -> None:
        channel = self._channel
        environment, tally = prospect.engine.environment, prospect.tally
        former = channel.environment.digest.hex()[:12]
        commit = Commit(
            expected_head=channel.number,
            kind=VersionKind.ENVIRONMENT,
            digest=tally.digest,
            environment=environment.digest,
            environment_content=environment.spec.content(),
            outputs=prospect.outputs,
            inputs=input_changes(channel),
            author="galley",
            reason="ranks of sources changed"
            if environment.digest == channel.environment.digest
            else "schemas, policies or transforms changed",
            cause={"environment": {"before": former, "after": environment.digest.hex()[:12]}},
            counts=Counts(tally.added, tally.changed, tally.deleted, tally.resources),
            time=now(),
            revisions=revisions(channel),
        )
        before = {key: channel.ledger.live.get(key) for key in prospect.outputs}
        version = await channel.store.run(lambda store: store.commit(commit))
        channel.ledger.owed.clear()
        channel.ledger.live.put_all(prospect.outputs)
        channel.head = version
        await channel.announcer.published(version, prospect.outputs, before)

    def _fill(self, engine: Engine) -> Generator[None, None, None]:
        """Apply all observed and accepted inputs, in slices."""
        inputs = self._inputs()
        while part := dict(islice(inputs, SLICE)):
            engine.apply(part)
            yield

    def _inputs(self) -> Iterator[tuple[Key, Resource]]:
        """What is observed first: what is derived of both is then derived once."""
        yield from self._channel.observed.resources().items()
        for key, held in self._channel.ledger.inputs():
            yield key, held.resource


def _observed(environment: Environment, key: Key) -> bool:
    kind = environment.kinds.get(key.collection)
    return kind is not None and kind.observed
