"""A git repository as a team has it: a bare one, and a work tree that pushes to it."""

import asyncio
import os
import shutil
import time
from pathlib import Path

from galley.cli.tour.patience import PATIENCE, DidNotHappenError, in_time

COMMITTER = {"user.name": "You", "user.email": "you@shop.example.com"}
"""Set in the work tree, so that a reader can commit there without any set-up."""


def installed() -> bool:
    """Whether there is a git program."""
    return shutil.which("git") is not None


class Repository:
    """`team.git`, and `team`, where people commit; both below one folder."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "team"
        self._bare = folder / "team.git"

    async def create(self) -> None:
        """Make both, without a commit.

        Raises:
            DidNotHappenError: git cannot.
        """
        here = self._bare.parent
        await _git(here, "init", "--quiet", "--bare", "--initial-branch=main", str(self._bare))
        await _git(here, "clone", "--quiet", str(self._bare), str(self.tree))
        for name, value in COMMITTER.items():
            await _git(self.tree, "config", name, value)

    async def push(self, subject: str, author: str) -> tuple[str, float]:
        """Commit everything and push; the commit, and the moment it is there.

        Raises:
            DidNotHappenError: git cannot.
        """
        who = f"--author={author} <{author.lower()}@shop.example.com>"
        await _git(self.tree, "add", "--all")
        await _git(self.tree, "commit", "--quiet", who, "--message", subject)
        await _git(self.tree, "push", "--quiet", "origin", "HEAD:main")
        return await _git(self.tree, "rev-parse", "HEAD"), time.monotonic()


async def _git(folder: Path, *arguments: str) -> str:
    """What git says; the reader's own settings (hooks, signatures) have no part in it."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    others = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    process = await asyncio.create_subprocess_exec(
        "git",
        *arguments,
        cwd=folder,
        env=others | own,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    with in_time(f"git {arguments[0]} comes to an end"):
        async with asyncio.timeout(PATIENCE):
            said, complaint = await process.communicate()
    if process.returncode:
        raise DidNotHappenError(f"git {arguments[0]} works: {complaint.decode().strip()}")
    return said.decode().strip()
