"""Which files stand for a source: the server says what it reads, we find it here."""

import json
import tempfile
from pathlib import Path

from galley.cli.checkout import Checkout
from galley.cli.failure import Failure
from galley.cli.given.files import Given, too_much
from galley.cli.given.folder import of_folder
from galley.cli.given.tree import of_tree
from galley.protocol.results import PlanScopeResult
from galley.protocol.results.planning import PLAN_BYTES
from sources.settings import FolderSettings

ROOM = 4096
"""Bytes of a request that are not its files."""


def stand_in(scope: PlanScopeResult, path: Path | None, revision: str) -> Given:
    """The files that stand for a source.

    Args:
        path: a folder or file; for a source that follows git, anywhere around what it reads.
        revision: a commit to take them from; empty: what is on disk.

    Raises:
        Failure: they cannot be found or read, or are too large.
    """
    found = _found(scope, path, revision)
    if len(json.dumps(found.files)) > PLAN_BYTES - ROOM:
        raise too_much()
    return found


def _found(scope: PlanScopeResult, path: Path | None, revision: str) -> Given:
    if scope.type == "git":
        return _of_git(scope, path or Path(), revision)
    if path is None:
        raise Failure(
            f"Which folder stands for the source {scope.source!r}?", remedy="Name it as PATH."
        )
    settings = FolderSettings(
        name=scope.source, include=tuple(scope.include), exclude=tuple(scope.exclude)
    )
    return _at(path, revision, settings) if revision else of_folder(path, settings)


def _of_git(scope: PlanScopeResult, path: Path, revision: str) -> Given:
    checkout = Checkout(path)
    if not checkout.tracked:
        raise Failure(
            f"The source {scope.source!r} follows git, and {str(path)!r} is in no git work tree.",
            remedy="Ask in a checkout of its repository.",
        )
    name = checkout.name(path)
    if name != "." and not f"{scope.path}/".startswith(f"{name}/"):
        raise Failure(
            f"The source {scope.source!r} reads {scope.path or 'all'!r} of its repository, and not "
            f"{name!r} alone.",
            remedy=f"Name {str(checkout.root)!r}.",
        )
    return of_tree(checkout, revision, scope)


def _at(path: Path, revision: str, settings: FolderSettings) -> Given:
    """A folder or file as it was at a commit."""
    checkout = Checkout(path)
    commit, name = checkout.commit(revision), checkout.name(path)
    with tempfile.TemporaryDirectory(prefix="galley-plan-") as scratch:
        checkout.export(commit, Path(scratch), ["."])  # all of it, for links lead anywhere
        there = Path(scratch) / "tree" / name
        if not there.exists():
            raise Failure(f"There is no {name!r} in commit {commit[:12]}.")
        found = of_folder(there, settings)
        here = path.absolute()
        return Given(found.files, here if there.is_dir() else here.parent)
