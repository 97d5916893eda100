"""The same random histories with a real repository: signed commits, followed by the git source.

At each restart the repository is found at another place, and what was fetched of it is gone: what
is live and what is in quarantine does not depend on either.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from sources.memory import MemorySource
from tests.galley.worker.revisions.conftest import BAD, Tree
from tests.galley.worker.revisions.test_random_commits import Commits

EXAMPLES = 8


class InGit:
    """A work tree in which somebody commits, and signs unless the commit is to be wrong."""

    def __init__(self, _: Callable[..., Any], folder: Path) -> None:
        self._folder = folder
        self._moves = 0
        self._path.mkdir(parents=True)
        key = folder / "ann"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", str(key)]
        subprocess.run(command, check=True)
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("config", "gpg.format", "ssh")
        self._git("config", "user.signingkey", str(key.with_suffix(".pub")))

    @property
    def _path(self) -> Path:
        return self._folder / f"place{self._moves}"

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "type": "git",
            "url": str(self._path),
            "interval": 0.02,
            "depth": 0,
            "trust": {"keys": [str(self._folder / "ann.pub")]},
        }

    def sources(self) -> list[MemorySource]:
        return []  # the worker makes it itself

    def move(self) -> None:
        before = self._path
        self._moves += 1
        before.rename(self._path)

    def commit(self, tree: Tree, *, wrong: bool) -> str:
        for path in self._path.glob("*.yaml"):
            path.unlink()
        for file, held in tree.items():
            text = "kind: [" if held is None else yaml.safe_dump_all(map(manifest, held.items()))
            (self._path / file).write_text(text)
        self._git("add", "--all")
        signing = "--no-gpg-sign" if wrong else "--gpg-sign"
        self._git("commit", "--quiet", "--allow-empty", signing, "--message", "A change")
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        alone = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", *who, *arguments]
        return subprocess.check_output(command, cwd=self._path, env=alone, text=True).strip()


def manifest(item: tuple[str, str]) -> dict[str, Any]:
    key, value = item
    metadata = {"name": key, "namespace": "default"}
    data = {"bad": "1"} if value == BAD else {"x": value}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


class CommitsInGit(Commits):
    """Looks until what the source polls has arrived, as nobody says when it has."""

    @initialize()
    def start(self) -> None:
        """With a first commit: a repository without one is not there yet."""
        super().start()
        self._commit({"keep.yaml": {"keep": "0"}}, wrong=False)

    def _decided(self) -> None:
        async def decided() -> bool:
            await self.rig.ask("diagnostics")
            return bool(self.rig.version >= self.model.number)

        with contextlib.suppress(TimeoutError):
            self.run(self.rig.eventually(decided))

    @precondition(lambda self: self.model.accepted_revision)
    @rule()
    def restart(self) -> None:
        """Elsewhere, and with nothing fetched. Of a repository of which nothing was ever accepted
        only the newest commit is known then, so it does not happen before."""
        self.run(self.rig.stop())
        self.repository.move()
        shutil.rmtree(self.folder / "fetched")
        self.run(self._restart())
        self.model.restart()
        self.model.settle()


def test_any_history_in_git_ends_as_the_model_says(
    rig_type: Any, make: Any, model_type: Any, refused: Any
) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed (Debian: openssh-client)")
    CommitsInGit.rig_type, CommitsInGit.make = rig_type, staticmethod(make)
    CommitsInGit.model_type, CommitsInGit.refused = model_type, refused
    CommitsInGit.repository_type = InGit
    run_state_machine_as_test(
        CommitsInGit,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
