"""The git work tree around some files: names from its root, and how it was at another commit.

The root is found without git; only what concerns another commit asks the program.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from galley.cli.failure import Failure

PATIENCE = 120.0
"""Seconds for one call of git; a partial clone may have to fetch."""
OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"}


class Checkout:
    """A git work tree; where there is none, the working directory stands for its root."""

    def __init__(self, around: Path) -> None:
        start = _whole(around)
        found = next((each for each in (start, *start.parents) if (each / ".git").exists()), None)
        self.root = found or Path.cwd()
        self.tracked = found is not None

    def name(self, path: Path | str) -> str:
        """The path from the root, with `/`; the whole path of what lies elsewhere."""
        whole = _whole(path)
        inside = whole.is_relative_to(self.root)
        return whole.relative_to(self.root).as_posix() if inside else str(whole)

    def merge_base(self, revision: str) -> str:
        """The newest commit that the work tree and a revision have in common.

        Raises:
            Failure: there is no work tree, no such revision, or nothing in common.
        """
        if not self.tracked:
            raise Failure(f"{str(self.root)!r} is in no git work tree, so nothing is a base.")
        try:
            return self._git("merge-base", "--end-of-options", revision, "HEAD").strip()
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip().removeprefix("fatal: ") or "they have no commit in common"
            raise Failure(
                f"There is no merge base of HEAD and {revision!r}: {why}.",
                remedy="A shallow clone has too little history: fetch all of it (fetch-depth: 0).",
            ) from None

    def commit(self, revision: str) -> str:
        """The full name of the commit that a revision leads to.

        Raises:
            Failure: there is none, or no work tree.
        """
        if not self.tracked:
            raise Failure(f"{str(self.root)!r} is in no git work tree, so it has no revisions.")
        try:
            found = f"{revision}^{{commit}}"
            return self._git("rev-parse", "--verify", "--end-of-options", found).strip()
        except subprocess.CalledProcessError as error:
            if "single revision" not in error.stderr:
                raise _unreadable("", error) from None
            raise Failure(
                f"There is no revision {revision!r} here.",
                remedy="A shallow clone has few: fetch more of them.",
            ) from None

    def export(self, commit: str, folder: Path, names: Sequence[str]) -> None:
        """Write these files and folders as they were at a commit into `tree` in a folder.

        As a checkout would, but with an index of its own: the work tree is left alone.

        Raises:
            Failure: git cannot do it.
        """
        index = {"GIT_INDEX_FILE": str(folder / "index")}
        try:
            self._git("read-tree", commit, environment=index)
            kept = self._git("ls-files", "-z", "--", *names, environment=index)
            prefix = f"--prefix={folder / 'tree'}{os.sep}"
            self._git("checkout-index", "-z", "--stdin", prefix, environment=index, given=kept)
        except subprocess.CalledProcessError as error:
            raise _unreadable(commit, error) from None

    def module(self, name: str) -> "Checkout":
        """The checkout of a submodule.

        Raises:
            Failure: it is not here.
        """
        if not (self.root / name / ".git").exists():
            raise Failure(
                f"The submodule {name!r} is not checked out.",
                remedy="Run `git submodule update --init --recursive`.",
            )
        return Checkout(self.root / name)

    def pack(self, revision: str, folder: Path) -> str:
        """Bring every object of a revision's tree into a bare repository, `packs` in a folder.

        Without a revision it is the tree that a commit of everything here would have. Neither the
        work tree, nor the index, nor the repository is touched.

        Returns:
            The tree's name.

        Raises:
            Failure: there is no work tree, no such revision, or git cannot do it.
        """
        packs = folder / "packs"
        commit = self.commit(revision) if revision else ""
        try:
            tree, environment = (f"{commit}^{{tree}}", {}) if commit else self._written(folder)
            tree = self._git("rev-parse", tree, environment=environment).strip()
            if not packs.exists():
                self._git("init", "-q", "--bare", "--template=", str(packs))
            pack = str(packs / "objects" / "pack" / "pack")
            arguments = ("pack-objects", "-q", "--revs", "--window=0", pack)
            self._git(*arguments, environment=environment, given=f"{tree}\n")
        except subprocess.CalledProcessError as error:
            raise _unreadable(commit, error) from None
        return tree

    def _written(self, folder: Path) -> tuple[str, dict[str, str]]:
        """The tree of all that is here and not ignored, and where its new objects are."""
        index, objects = folder / "index", folder / "objects"
        objects.mkdir(exist_ok=True)
        asked = ("rev-parse", "--git-path", "index", "--git-path", "objects")
        mine, known = (self.root / each for each in self._git(*asked).splitlines())
        if mine.exists():
            shutil.copy2(mine, index)  # with its time: git doubts what changed in that second
        environment = {
            "GIT_INDEX_FILE": str(index),
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(known),
        }
        self._git("add", "--all", environment=environment)
        return self._git("write-tree", environment=environment).strip(), environment

    def _git(
        self, *arguments: str, environment: Mapping[str, str] | None = None, given: str = ""
    ) -> str:
        """What git says on standard output.

        Raises:
            Failure: there is no git, or it hangs.
            subprocess.CalledProcessError: it refuses.
        """
        try:
            done = subprocess.run(  # noqa: S603  # no shell
                ["git", "-C", str(self.root), "--literal-pathspecs", *arguments],  # noqa: S607  # whichever git they use
                input=given.encode("utf-8", "surrogateescape"),
                capture_output=True,
                check=True,
                timeout=PATIENCE,
                env={**_inherited(), "LC_ALL": "C", **(environment or {})},
            )
        except FileNotFoundError:
            raise Failure("The program git is not installed.") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"git did not answer within {PATIENCE:.0f} seconds.") from None
        except subprocess.CalledProcessError as error:
            error.stderr = error.stderr.decode("utf-8", "replace")
            raise
        return done.stdout.decode("utf-8", "surrogateescape")


def _whole(path: Path | str) -> Path:
    """The absolute path, without `..` and without following links."""
    return Path(os.path.normpath(Path(path).absolute()))


def _inherited() -> dict[str, str]:
    """Our environment without what a hook is told of the repository that it runs for."""
    return {name: value for name, value in os.environ.items() if name not in OF_A_HOOK}


def _unreadable(commit: str, error: subprocess.CalledProcessError) -> Failure:
    why = error.stderr.strip().removeprefix("fatal: ").rstrip(".")
    what = f"commit {commit[:12]}" if commit else "what is here"
    return Failure(f"git cannot read {what}: {why}.")
