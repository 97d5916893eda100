"""One fetch: what several followers want, brought in as few runs of git as can be.

A first fetch of a ref brings a short history, a later one what is new. Looking whether there is
anything new is the same as fetching it: where there is nothing, git only asks for the refs by name.
"""

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model.messages import git as messages
from sources.git import failure
from sources.git.address import Address
from sources.git.failure import UnreadableError
from sources.git.objects import Objects
from sources.git.program import Access, GitError, GitTimeoutError, git
from sources.git.ref import TAGS, Ref, local
from sources.git.room import Room
from sources.settings import GitCredentials, GitSettings

_LOCAL = "--upload-pack=git -c 'safe.directory=*' upload-pack"
"""Whoever named a folder in the settings may have it read, whosoever it is."""
_EVERYTHING = ("+refs/heads/*:refs/galley/heads/*", "+refs/tags/*:refs/galley/tags/*")


@dataclass(eq=False)
class Follower:
    """One source, as far as a mirror knows it."""

    ref: Ref
    credentials: GitCredentials
    timeout: float
    """Seconds that a fetch may take."""
    depth: int
    news: asyncio.Event
    """Set when a fetch that somebody else asked for has covered this follower."""
    commit: str = ""
    """What the ref leads to, since the last fetch that worked."""
    looked: float = -math.inf
    """When the last fetch that covered it began, by the monotonic clock."""
    failed: UnreadableError | None = None
    """Why that fetch did not work."""
    at: int = 0
    """Which of the ref's names is the one that there is."""
    chosen: str = ""
    """The tag that the ref's range selects now."""

    @classmethod
    def of(cls, settings: GitSettings, ref: Ref, credentials: GitCredentials) -> "Follower":
        """A follower as the settings say, of this ref and with these credentials."""
        return cls(ref, credentials, settings.timeout, settings.depth, asyncio.Event())

    @property
    def name(self) -> str:
        """What the server is asked for: a ref or a commit; empty where it has none of them."""
        if self.ref.range:
            return self.chosen
        names = (self.ref.commit,) if self.ref.commit else self.ref.names
        return names[self.at] if self.at < len(names) else ""


class Fetch:
    """One fetch into a mirror."""

    def __init__(
        self, address: Address, room: Room, access: Access, seconds: float, *, cut: int
    ) -> None:
        self._address = address
        self._room = room
        self._access = access
        self._seconds = seconds
        self._until = asyncio.get_running_loop().time() + seconds
        self._cut = cut

    async def run(self, followers: list[Follower]) -> None:
        """Bring what the followers want, and tell them what came of it.

        Raises:
            GitTimeoutError: it took longer than it may.
            GitError: git could not do it.
            DamagedError: what came, or was here, cannot be read.
        """
        ranges = [each for each in followers if each.ref.range]
        if ranges:
            tags = await self._tags()
            for each in ranges:
                each.chosen = each.ref.best(tags)
        while wanted := {each.name: each.depth for each in followers if each.name}:
            missing = await self._fetch(wanted)
            if not missing:
                break
            for each in followers:
                each.at += each.name == missing
        self._settle(followers)

    def _settle(self, followers: Iterable[Follower]) -> None:
        objects = self._objects()
        for each in followers:
            each.failed = None
            if each.name:
                each.commit = objects.target(local(each.name))
            else:
                each.at = 0
                report = messages.REF_GONE.report(url=self._address.shown, ref=each.ref.shown)
                each.failed = UnreadableError(report)

    async def _tags(self) -> list[str]:
        """The full names of all tags of the repository."""
        answer = await self._git("ls-remote", "--tags", "--refs", *self._remote())
        lines = answer.decode(errors="replace").splitlines()
        return [name for line in lines if (name := line.partition("\t")[2]).startswith(TAGS)]

    async def _fetch(self, wanted: dict[str, int]) -> str:
        """Fetch by name, each with so much history at first; a name that the server has not."""
        objects = self._objects()
        here = {name for name in wanted if objects.target(local(name))}
        for name in wanted.keys() - here:
            missing = await self._first(name, wanted[name])
            if missing:
                return missing
        follow = [name for name in here if "/" in name or name == "HEAD"]
        return await self._names(follow, self._cut) if follow else ""

    async def _first(self, name: str, depth: int) -> str:
        """Fetch what is not here yet; the name if the server has it not."""
        try:
            return await self._names([name], depth)
        except GitTimeoutError:
            raise
        except GitError as error:
            if "/" in name or name == "HEAD" or not failure.no_such_commit(error):
                raise
        # The server gives no commit by its hash; it may come with the branches and tags.
        await self._run(_EVERYTHING, 0)
        objects = self._objects()
        if not objects.holds(name):
            return name
        objects.keep(local(name), name)
        return ""

    async def _names(self, names: Iterable[str], depth: int) -> str:
        """Fetch by names; a name that the server has not."""
        try:
            await self._run([f"+{name}:{local(name)}" for name in names], depth)
        except GitError as error:
            missing = failure.missing_ref(error)
            if not missing:
                raise
            return missing
        return ""

    async def _run(self, refspecs: Iterable[str], depth: int) -> None:
        fixed = ["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--update-shallow"]
        shallow = [f"--depth={depth}"] if depth else []
        try:
            await self._git(*fixed, *shallow, *self._remote(), *refspecs)
        except GitError as error:
            if not (depth and failure.not_shallow(error)):
                raise
            await self._git(*fixed, *self._remote(), *refspecs)

    def _remote(self) -> tuple[str, ...]:
        mine = (_LOCAL,) if self._address.scheme == "file" else ()
        return (*mine, "--", self._address.url)

    async def _git(self, *arguments: str) -> bytes:
        left = self._until - asyncio.get_running_loop().time()
        return await git(
            *arguments,
            folder=self._room.folder,
            timeout=max(0.0, left),
            access=self._access,
            keep=(self._room.descriptor,),
        )

    def _objects(self) -> Objects:
        return Objects(self._room.folder)
