"""A bare mirror of one repository, shared by all sources of a channel that follow it.

Each source is a `Follower`. A fetch brings what all followers with the same credentials want, and
each of them is woken; whoever asks while one runs waits for the next, and shares it. A mirror that
turns out to be damaged is thrown away and fetched anew.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from pipeline.model.messages import git as messages
from sources.git import failure
from sources.git.access import access
from sources.git.address import Address
from sources.git.failure import UnreadableError
from sources.git.fetch import Fetch, Follower
from sources.git.objects import DamagedError, Objects
from sources.git.program import Access, GitError, GitTimeoutError, git
from sources.git.ref import local
from sources.git.room import Room, RoomBusyError
from sources.secrets import SecretError
from sources.settings import GitCredentials

log = logging.getLogger("galley.git")

_UPKEEP = 50
"""Fetches that brought something, after which the mirror is looked after."""
_HISTORY = 1000
"""Commits of history above which it is cut off."""
_KEPT = 200
"""Commits of history that are kept then."""
_UPKEEP_SECONDS = 600.0
_GC = {
    "gc.auto": "200",
    "gc.autoPackLimit": "20",
    "gc.bigPackThreshold": "256m",
    "gc.pruneExpire": "now",
    "gc.packRefs": "false",
}
"""When `git gc --auto` packs; what nothing leads to any more is dropped at once."""

P = ParamSpec("P")
T = TypeVar("T")

_mirrors: WeakValueDictionary[Path, "Mirror"] = WeakValueDictionary()
"""Every mirror in use in this process, by its folder."""


class Mirror:
    """One repository's objects here, and the way to the repository itself."""

    def __init__(self, folder: Path, address: Address) -> None:
        self.address = address
        self._room = Room(folder, address.name)
        self._turn = asyncio.Lock()
        self._followers: list[Follower] = []
        self._news = 0
        """Fetches that have brought something since the last upkeep."""
        self._cut = 0
        """To how many commits of history the next fetch cuts off what is here; 0: not at all."""
        self._tidy = True
        """Whether no git process was killed since the last sweep."""

    @classmethod
    def of(cls, folder: Path, address: Address) -> "Mirror":
        """The mirror of a repository in a folder: the same for all who ask."""
        place = folder / address.name
        mirror = _mirrors.get(place)
        if mirror is None:
            mirror = _mirrors[place] = cls(folder, address)
        return mirror

    @property
    def folder(self) -> Path:
        return self._room.folder

    @contextmanager
    def following(self, follower: Follower) -> Iterator[None]:
        """Let a follower be covered by every fetch, until the end of the block."""
        self._followers.append(follower)
        try:
            yield
        finally:
            self._followers.remove(follower)
            if not self._followers:
                self._room.leave()

    def objects(self) -> Objects:
        """The objects that are here now.

        Raises:
            DamagedError: the mirror cannot be read.
        """
        return Objects(self.folder)

    async def fetch(self, asking: Follower) -> None:
        """Bring everything up to date; `asking.commit` says what its ref leads to now.

        Raises:
            UnreadableError: it did not work, or there is no such ref.
        """
        asked = time.monotonic()
        await asyncio.sleep(0)  # whoever is hinted at in the same moment takes part
        async with self._turn:
            if asking.looked < asked:
                await self._fetch(asking)
        if asking.failed:
            raise asking.failed

    async def discard(self) -> None:
        """Throw everything away that is here: it is damaged."""
        async with self._turn:
            await _whole(self._room.discard)

    async def upkeep(self) -> None:
        """Keep the mirror small: pack, drop what nothing leads to, and old history now and then.

        Call it when nobody waits for anything.
        """
        if self._news < _UPKEEP:
            return
        async with self._turn:
            if not self._room.mine:
                return
            self._news = 0
            wanted = {local(each.name) for each in self._followers if each.name}
            try:
                objects = self.objects()
                for ref in set(objects.refs()) - wanted:
                    objects.forget(ref)
                await self._run("gc", "--auto", "--quiet")
                counted = await self._run("rev-list", "--count", "--all")
            except (GitError, DamagedError):
                return  # the next fetch finds out what is wrong, and says so
            self._cut = _KEPT if int(counted) > _HISTORY else 0
            await _whole(self._room.sweep_unused)

    async def _run(self, *arguments: str) -> bytes:
        return await git(
            *arguments,
            folder=self.folder,
            timeout=_UPKEEP_SECONDS,
            access=Access({}, _GC),
            keep=(self._room.descriptor,),
        )

    # --- one fetch ---

    async def _fetch(self, asking: Follower) -> None:
        """Fetch for a follower and for all that are let in alike."""
        began = time.monotonic()
        together = [each for each in self._followers if each.credentials == asking.credentials]
        before = [each.commit for each in together]
        try:
            await self._bring(together, asking.credentials)
        except UnreadableError as error:
            for each in together:
                each.failed = error
        self._news += before != [each.commit for each in together]
        for each in together:
            each.looked = began
            if each is not asking:
                each.news.set()

    async def _bring(self, together: list[Follower], credentials: GitCredentials) -> None:
        """Fetch; a mirror that is damaged is made anew, once."""
        try:
            with ExitStack() as stack:
                opened = access(self.address, credentials)
                entered = await asyncio.to_thread(stack.enter_context, opened)
                if not await self._attempt(together, entered):
                    await _whole(self._room.discard)
                    await self._attempt(together, entered, last=True)
        except SecretError as error:
            report = messages.CREDENTIAL_MISSING.report(url=self.address.shown, problem=str(error))
            raise UnreadableError(report) from error
        except RoomBusyError as error:
            raise self._unusable("a git process from before still works on it") from error
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    async def _attempt(
        self, together: list[Follower], entered: Access, *, last: bool = False
    ) -> bool:
        """Fetch into what is here; False if that turns out to be damaged."""
        await self._open()
        seconds = max(each.timeout for each in together)
        fetch = Fetch(self.address, self._room, entered, seconds, cut=self._cut)
        self._tidy = False
        try:
            await fetch.run(together)
        except GitTimeoutError as error:
            self._cut = 1
            raise failure.too_slow(self.address, seconds) from error
        except GitError as error:
            if last or not failure.may_be_damage(error) or await self._intact():
                raise failure.unreadable(self.address, error) from error
            return False
        except DamagedError as error:
            if last:
                raise self._unusable(str(error)) from error
            return False
        self._tidy, self._cut = True, 0
        return True

    async def _intact(self) -> bool:
        """Whether everything is here that the mirror's refs lead to."""
        try:
            await self._run("fsck", "--connectivity-only", "--no-dangling")
        except GitTimeoutError:
            return True
        except GitError as error:
            log.warning("A mirror is damaged and is fetched anew: %s", error)
            return False
        return True

    async def _open(self) -> None:
        """Be the owner of a mirror that can be read.

        Raises:
            OSError, RoomBusyError: it cannot be had.
            UnreadableError: git cannot make it.
        """
        if not self._room.mine:
            await _whole(self._room.enter)
            self._news += _UPKEEP if self.folder.exists() else 0  # who knows what is from before
        if not self._tidy:
            await _whole(self._room.sweep)
        if self.folder.exists() and self._readable():
            return
        await _whole(self._room.discard)
        made = await _whole(self._room.scratch)
        try:
            await git("init", "--quiet", "--bare", "--template=", folder=made, timeout=30)
        except GitError as error:
            raise failure.unreadable(self.address, error) from error
        await _whole(self._room.install, made)

    def _readable(self) -> bool:
        """Whether every ref of the mirror leads to a commit that is here."""
        try:
            objects = self.objects()
            for ref in objects.refs():
                objects.tree(objects.target(ref))
        except DamagedError as error:
            log.warning("A mirror is damaged and is fetched anew: %s", error)
            return False
        return True

    def _unusable(self, problem: str) -> UnreadableError:
        report = messages.MIRROR_UNUSABLE.report(url=self.address.shown, problem=problem)
        return UnreadableError(report)


async def _whole(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Let a thread do what is done to the folder, to its end though we are cancelled: whoever comes
    after us must not meet it there."""
    doing = asyncio.create_task(
        asyncio.to_thread(work, *arguments, **options), name="a mirror's folder"
    )
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise
