"""The git work tree around some files: names from its root, and how it was at another commit.

The root is found without git; only what concerns another commit asks the program.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from galley.cli.failure import Failure

PATIENCE = 120.0
"""Seconds for one call of git; a partial clone may have to fetch."""


class Checkout:
    """A git work tree; where there is none, the working directory stands for its root."""

    def __init__(self, around: Path) -> None:
        start = around.absolute()
        found = next((each for each in (start, *start.parents) if (each / ".git").exists()), None)
        self.root = found or Path.cwd()
        self.tracked = found is not None

    def name(self, path: Path | str) -> str:
        """The path from the root, with `/`; the whole path of what lies elsewhere."""
        whole = Path(os.path.normpath(Path(path).absolute()))
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

    def export(self, commit: str, folder: Path, names: Sequence[str]) -> None:
        """Write these files and folders as they were at a commit into a folder.

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
            raise Failure(f"git cannot read commit {commit[:12]}: {error.stderr.strip()}") from None

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
                env={**os.environ, "LC_ALL": "C", **(environment or {})},
            )
        except FileNotFoundError:
            raise Failure("The program git is not installed.") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"git did not answer within {PATIENCE:.0f} seconds.") from None
        except subprocess.CalledProcessError as error:
            error.stderr = error.stderr.decode("utf-8", "replace")
            raise
        return done.stdout.decode("utf-8", "surrogateescape")
