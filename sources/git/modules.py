"""Submodules: each a repository of its own, read at the commit that its parent records."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.messages import git as messages
from sources.git.address import Address
from sources.git.failure import UnreadableError
from sources.git.fetch import Follower
from sources.git.mirror import Mirror
from sources.git.objects import DamagedError, Objects
from sources.git.program import GitError, git
from sources.git.ref import Ref
from sources.git.walk import Module
from sources.settings import GitCredentials, GitSettings
from sources.settings.git import git_url

_SECONDS = 30.0
_SAFE = {"https": {"https", "ssh"}, "ssh": {"https", "ssh"}, "file": {"file"}, "http": {"http"}}
"""From which kind of address a commit may lead to which: never to files of this host."""


class ModuleError(Exception):
    """The commit does not say properly where a submodule is; a mistake of whoever made it."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A commit of a repository, as far as a walk needs it."""

    address: Address
    objects: Objects
    commit: str


class Modules:
    """Brings submodules here."""

    def __init__(self, settings: GitSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    async def enter(self, parent: Tree, module: Module, stack: ExitStack) -> Tree:
        """A submodule's tree, which stays here until the stack is closed.

        Raises:
            ModuleError: it is not known where the submodule is.
            UnreadableError: it cannot be fetched now.
        """
        address = await self._address(parent, module)
        mirror = Mirror.of(self._folder, address)
        follower = Follower.of(
            self._settings,
            Ref(f"commit {module.commit[:12]}", commit=module.commit),
            self._credentials(parent.address, address),
        )
        stack.enter_context(mirror.following(follower))
        if not _holds(mirror, module.commit):
            await self._fetch(mirror, follower)
        return Tree(address, mirror.objects(), module.commit)

    async def _fetch(self, mirror: Mirror, follower: Follower) -> None:
        try:
            await mirror.fetch(follower)
            await mirror.upkeep()
        except UnreadableError as error:
            problem = error.report.message.rstrip(".")
            raise UnreadableError(messages.SUBMODULE_UNREADABLE.report(problem=problem)) from error

    async def _address(self, parent: Tree, module: Module) -> Address:
        try:
            blob = f"{parent.commit}:.gitmodules"
            listed = await git(
                "config", "--null", "--list", "--blob", blob,
                folder=parent.objects.folder, timeout=_SECONDS,
            )  # fmt: skip
        except GitError as error:
            raise ModuleError("there is no .gitmodules that can be read") from error
        return _joined(parent.address, _url(listed.decode(errors="replace"), module.path))

    def _credentials(self, parent: Address, address: Address) -> GitCredentials:
        """Ours for the host that they are for; others learn nothing."""
        ours = self._settings.credentials
        if (address.scheme, address.host) == (parent.scheme, parent.host):
            return ours
        return GitCredentials(known_hosts=ours.known_hosts)


def _holds(mirror: Mirror, commit: str) -> bool:
    try:
        return mirror.objects().holds(commit)
    except DamagedError:
        return False


def _url(listed: str, path: str) -> str:
    """What `.gitmodules` says of the submodule at a path."""
    values = dict(each.partition("\n")[::2] for each in listed.split("\0") if each)
    named = (key for key, value in values.items() if key.endswith(".path") and value == path)
    key = next(named, "")
    url = values.get(f"{key.removesuffix('.path')}.url", "")
    if not url:
        raise ModuleError(f".gitmodules does not say where {path!r} is")
    return url


def _joined(parent: Address, url: str) -> Address:
    """The address of a submodule; one that begins with dots is relative to its parent's."""
    base, relative = parent.url.rstrip("/"), url.startswith(("./", "../"))
    slash = "/"
    while url.startswith(("./", "../")):
        if url.startswith("../"):
            front, slash, _ = base.rpartition("/") if "/" in base else base.rpartition(":")
            base = front
        url = url.partition("/")[2]
    try:
        found = Address(str(git_url(f"{base}{slash}{url}" if relative else url)))
    except ValueError as error:
        raise ModuleError(f"its address is not usable: {error}") from error
    if found.scheme not in _SAFE[parent.scheme]:
        raise ModuleError(f"its address leads from {parent.scheme} to {found.scheme}")
    return found
