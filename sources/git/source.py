"""The git source: the commit that a ref leads to, whole at first, then what each one changes."""

import asyncio
import logging
import random
import shutil
import tempfile
import time
import uuid
import weakref
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path as FilePath

from pipeline.model import Batch, Change, Diagnostic, Origin, Path, Place, Revision
from pipeline.model.messages import git as messages
from sources.git.address import Address
from sources.git.failure import UnreadableError
from sources.git.fetch import Follower
from sources.git.mirror import Mirror
from sources.git.objects import DamagedError, Objects
from sources.git.reader import Reader, RefusedError
from sources.git.ref import Ref, local
from sources.git.trust import Judge, Verdict
from sources.git.web import Web
from sources.settings import GitSettings
from sources.source import Emit, SourceContext, SourceHealth

log = logging.getLogger("galley.git")

_BACK_OFF = 0.5
"""Half the seconds until a repository that cannot be read is tried again; doubled up to the
interval."""
_AFTER_HINT = (2.0, 10.0)
"""Seconds until another look after a hint that brought nothing: forges hint before they serve."""
_REVISIONS = 200
"""Commits that a batch names at most."""
_FOLDER = "git"


class GitSource:
    """A followed ref of a git repository; see `sources.source` for what it promises."""

    def __init__(self, settings: GitSettings, context: SourceContext | None = None) -> None:
        context = context or SourceContext()
        self._settings = settings
        self._accepted = context.accepted
        self._address = Address.of(settings.url)
        folder = (context.folder or _scratch(self)) / _FOLDER
        self._mirror = Mirror.of(folder, self._address)
        self._follower = Follower.of(settings, Ref.of(settings), settings.credentials)
        self._reader = Reader(settings, context, self._address, folder)
        self._web = Web(self._address, settings.web)
        self._health = SourceHealth()
        self._judge: Judge | None = None
        """Whoever decides whose word is taken; None if everybody's is."""
        self._revision = ""
        """The commit that was emitted last."""
        self._errors: tuple[Diagnostic, ...] = ()
        """What was wrong with it as a whole."""
        self._reached = False
        """Whether a commit that was read had the path of the settings."""
        self._gone: Diagnostic | None = None
        """That the path is no longer there."""
        self._hinted = False
        self._due = 0.0
        """When to look next, by the monotonic clock."""
        self._failures = 0
        self._echoes: tuple[float, ...] = ()
        """Seconds until further looks after a hint that brought nothing."""

    @property
    def name(self) -> str:
        return self._settings.name

    def health(self) -> SourceHealth:
        return replace(self._health, locators=len(self._reader.held.files))

    def hint(self) -> None:
        self._hinted = True
        self._follower.news.set()

    def locate(self, origin: Origin, path: Path) -> Place | None:
        return self._reader.locate(self._mirror.folder, origin, path)

    def link(self, origin: Origin) -> str:
        leaf = self._reader.held.files.get(origin.locator)
        foreign = leaf is not None and leaf.folder != self._mirror.folder  # in a submodule
        return "" if foreign else self._web.file(origin)

    async def run(self, emit: Emit) -> None:
        self._reader.forget()
        self._revision, self._due = "", 0.0
        trust = self._settings.trust
        self._judge = Judge(trust, self._reader.collections) if trust else None
        with (
            self._mirror.following(self._follower),
            closing(self._judge) if self._judge else nullcontext(),
        ):
            while True:
                await self._turn(emit)
                await self._mirror.upkeep()
                await self._pause()

    async def _turn(self, emit: Emit) -> None:
        """Look if it is time to, or somebody else has; read and emit what is new."""
        hinted, self._hinted = self._hinted, False
        before = self._revision
        try:
            if hinted or time.monotonic() >= self._due:
                await self._mirror.fetch(self._follower)
            elif self._follower.failed:
                raise self._follower.failed
            await self._follow(emit)
        except UnreadableError as error:
            self._problem(error.report)
            self._failures += 1
        else:
            self._failures = 0
        self._plan(hinted=hinted, news=self._revision != before)

    def _plan(self, *, hinted: bool, news: bool) -> None:
        """When to look next."""
        interval = self._settings.interval
        if news or self._failures:
            self._echoes = ()
        elif hinted:
            self._echoes = _AFTER_HINT
        wait = interval
        if self._failures:
            wait = min(_BACK_OFF * 2 ** min(self._failures, 10), max(interval, _BACK_OFF))
        elif self._echoes:
            wait, self._echoes = min(self._echoes[0], interval), self._echoes[1:]
        jitter = random.uniform(0.9, 1.1)  # noqa: S311  # no secret
        self._due = max(self._follower.looked, 0.0) + wait * jitter

    async def _pause(self) -> None:
        """Wait until it is time, for a hint, or for what somebody else's fetch has brought."""
        try:
            async with asyncio.timeout(max(0.0, self._due - time.monotonic())):
                await self._follower.news.wait()
        except TimeoutError:
            pass  # it is time
        self._follower.news.clear()

    async def _follow(self, emit: Emit) -> None:
        """Emit the commit that the ref leads to, if it is another one or judged otherwise.

        Raises:
            UnreadableError: it cannot be read.
        """
        if self._follower.commit != self._revision or await self._keys_changed():
            try:
                batch = await self._read()
            except DamagedError as error:
                log.warning("A mirror is damaged and is fetched anew: %s", error)
                await self._mirror.discard()
                await self._mirror.fetch(self._follower)
                batch = await self._read_again()
            if (batch.revision, batch.errors) != (self._revision, self._errors):
                await emit(batch)
            self._revision, self._errors = batch.revision, batch.errors
        self._health = SourceHealth(
            synced=True, last_read=time.time(), revision=self._revision, problem=self._gone
        )

    async def _read_again(self) -> Batch:
        try:
            return await self._read()
        except DamagedError as error:
            report = messages.MIRROR_UNUSABLE.report(url=self._address.shown, problem=str(error))
            raise UnreadableError(report) from error

    async def _read(self) -> Batch:
        """The batch of the commit that the ref leads to.

        Raises:
            DamagedError: the mirror cannot be read.
            UnreadableError: there is nothing to be read, or a submodule cannot be fetched.
        """
        commit, objects = self._follower.commit, self._mirror.objects()
        first = not self._revision
        self._check_path(objects, commit)
        verdict = await self._judged(objects, commit)
        errors = verdict.errors
        changes: tuple[Change, ...] = ()
        try:
            changes = await self._reader.read(objects, commit)
        except RefusedError as refused:
            if first:
                raise UnreadableError(refused.report) from refused
            errors += (refused.report,)
        since = self._revision or self._accepted()
        log_of = objects.log(since, commit, _REVISIONS)
        head = replace(self._named(objects, commit), signer=verdict.signer)
        revisions = (head, *(self._named(objects, each) for each in log_of if each != commit))
        return Batch(
            self.name,
            changes,
            revision=commit,
            complete=first,
            cause=f"{head.author}: {head.subject}",
            revisions=revisions,
            errors=errors,
        )

    def _check_path(self, objects: Objects, commit: str) -> None:
        """Make sure that the path is there, or was there once: then it is gone by intention.

        Raises:
            UnreadableError: it never was.
        """
        there = self._reader.reaches(objects, commit)
        report = messages.PATH_MISSING.report(
            place=self._settings.path, url=self._address.shown, revision=commit[:12]
        )
        if not there and not self._reached:
            accepted = self._accepted()
            if not (objects.holds(accepted) and self._reader.reaches(objects, accepted)):
                raise UnreadableError(report)
        self._reached = True
        self._gone = None if there else report.at(self.name, "")

    async def _judged(self, objects: Objects, commit: str) -> Verdict:
        """Whether somebody vouches for a commit whose word is taken.

        Raises:
            DamagedError: the mirror cannot be read.
        """
        judge = self._judge
        if judge is None:
            return Verdict()
        tag = objects.tag(local(self._follower.name))
        return await asyncio.to_thread(
            lambda: judge.judge(Objects(objects.folder), commit, self._accepted(), tag)
        )

    async def _keys_changed(self) -> bool:
        """Whether the same commit may be judged otherwise."""
        return self._judge is not None and await asyncio.to_thread(self._judge.stale)

    def _named(self, objects: Objects, commit: str) -> Revision:
        return replace(objects.revision(commit), link=self._web.commit(commit))

    def _problem(self, report: Diagnostic) -> None:
        self._health = replace(self._health, problem=report.at(self.name, report.locator))


def _scratch(source: GitSource) -> FilePath:
    """A folder for as long as the source is there; it is made when it is needed."""
    folder = FilePath(tempfile.gettempdir()) / f"galley-git-{uuid.uuid4().hex}"
    weakref.finalize(source, shutil.rmtree, folder, ignore_errors=True)
    return folder
