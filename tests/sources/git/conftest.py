"""A repository with a work tree, in which tests commit, and a git source that follows it."""

import os
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sources.git import GitSource
from sources.settings import GitSettings
from sources.source import Limits, SourceContext

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
WHO = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Repository:
    """A work tree in which a team works."""

    def __init__(self, path: Path, branch: str = "main") -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", f"--initial-branch={branch}")
        self.git("config", "uploadpack.allowFilter", "true")

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git in the work tree; what it prints."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**os.environ, **WHO, **environment},
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def write(self, name: str, text: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def link(self, name: str, target: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    def remove(self, name: str) -> None:
        self.git("rm", "-r", "--quiet", "--force", name)

    def commit(self, subject: str = "a change", *options: str, **environment: str) -> str:
        """Commit everything; the hash."""
        self.git("add", "--all")
        self.git(
            "commit", "--quiet", "--allow-empty", "--message", subject, *options, **environment
        )
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Repository]:
    """`make_repository("name")`: another repository."""
    return lambda name, **given: Repository(tmp_path / name, **given)


@pytest.fixture
def repository(make_repository: Callable[..., Repository], manifest: Any) -> Repository:
    """A repository with one commit of `mesh/a.yaml`."""
    made = make_repository("work")
    made.write("mesh/a.yaml", manifest("a"))
    made.commit("first")
    return made


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """Where sources keep their mirrors."""
    return tmp_path / "fetched"


@pytest.fixture
def make_source(repository: Repository, fetched: Path) -> Callable[..., GitSource]:
    """`make_source(ref="main")`: a source with these settings, of the repository by default."""

    def make(
        *,
        limits: Limits | None = None,
        accepted: str = "",
        folder: Path | None = fetched,
        **options: Any,
    ) -> GitSource:
        given = {"name": "team", "type": "git", "url": str(repository.path), **options}
        context = SourceContext(limits=limits or Limits(), folder=folder, accepted=lambda: accepted)
        return GitSource(GitSettings.model_validate(given), context)

    return make


@pytest.fixture
def follow(make_source: Callable[..., GitSource], attend: Follow) -> Follow:
    """`async with follow(ref="main") as follower`: a source runs, its first batch was taken."""

    def run(*, wait: bool = True, **options: Any) -> AbstractAsyncContextManager[Any]:
        return attend(make_source(**options), wait=wait)

    return run


@pytest.fixture
def arrived() -> Callable[..., Awaitable[Any]]:
    """The batch of a commit, hinted at."""

    async def wait(follower: Any, commit: str) -> Any:
        follower.source.hint()
        await follower.until(lambda: follower.batches and follower.batches[-1].revision == commit)
        return follower.batches[-1]

    return wait
