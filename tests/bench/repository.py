"""A bare git repository with a manifest in every file and a long history, made by fast-import."""

import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench import generate

WHO = "Bench <bench@bench.example> 1700000000 +0000"
_ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


class Repository:
    """The team's repository: commits come from here."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder = folder
        self._files = files
        self._revision = 0
        _git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))

    def fill(self, commits: int) -> None:
        """Every file in the first commit, and one changed file in each of the others."""
        first = _commit((number, 0) for number in range(self._files))
        later = [_commit([self._next()]) for _ in range(commits - 1)]
        self._take(b"".join((first, *later)))

    def commit(self) -> None:
        """Push one more commit, which changes one file."""
        head = b"from refs/heads/main^0\n"
        self._take(_commit([self._next()], head))

    def _next(self) -> tuple[int, int]:
        """A file, and the revision that it gets."""
        self._revision += 1
        return self._revision % self._files, self._revision

    def _take(self, stream: bytes) -> None:
        _git("-C", str(self.folder), "fast-import", "--quiet", stream=stream)


class Mirror:
    """What `git fetch` alone has of a repository."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = str(folder)
        self._url = url
        _git("clone", "--quiet", "--mirror", url, self._folder)
        _git("-C", self._folder, "config", "gc.auto", "0")

    def fetch(self) -> float:
        """Bring it up to date; the seconds that takes."""
        begun = time.perf_counter()
        _git("-C", self._folder, "fetch", "--quiet")
        return time.perf_counter() - begun

    def look(self) -> None:
        """Only ask what there is."""
        _git("ls-remote", self._url, "HEAD")


def _commit(files: Iterable[tuple[int, int]], parent: bytes = b"") -> bytes:
    """A commit as fast-import takes it."""
    parts = [f"commit refs/heads/main\ncommitter {WHO}\n".encode(), _data(b"A change"), parent]
    for number, revision in files:
        parts.append(f"M 100644 inline {generate.place(number)}\n".encode())
        parts.append(_data(generate.text(number, revision).encode()))
    return b"".join(parts)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _git(*arguments: str, stream: bytes = b"") -> None:
    command = ("git", *arguments)
    subprocess.run(command, input=stream, check=True, capture_output=True, env=_ENVIRONMENT)
