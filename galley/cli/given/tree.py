"""What a source that follows git would read of a commit, or of what is here if it were committed.

The rules are those of the git source, and it is its own walk that finds the files: in a repository
of packs alone, which is made of the checkout's objects and thrown away.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.cli.checkout import Checkout
from galley.cli.failure import Failure
from galley.cli.given.files import Given, sent, too_much, unreadable
from galley.protocol.results import PlanScopeResult
from galley.protocol.results.planning import PLAN_BYTES
from galley.worker.places import diagnostic_json
from pipeline.model import Broken
from pipeline.model.messages import git, source
from sources.git.links import Found, Nowhere, follow
from sources.git.objects import MODULE, TREE, DamagedError, Objects
from sources.git.reader import is_pointer
from sources.git.walk import Listing, Scene, Walk
from sources.ignore import Ignore
from sources.settings import FolderSettings


def of_tree(checkout: Checkout, revision: str, scope: PlanScopeResult) -> Given:
    """Every file that the source would read of a revision; of what is here now if that is empty.

    Raises:
        Failure: there is no such revision, it is refused as a whole, or is too large.
    """
    with tempfile.TemporaryDirectory(prefix="galley-plan-") as scratch:
        store = Store(Path(scratch))
        try:
            root = store.take(checkout, revision)
            listing = _Listed(checkout, store, scope).of(root)
            return Given(tuple(_files(store.objects(), scope.source, listing)), checkout.root)
        except DamagedError as error:
            raise Failure(f"The repository cannot be read: {error}.") from None


@dataclass(frozen=True, slots=True)
class Store:
    """A bare repository for one plan."""

    folder: Path

    def take(self, checkout: Checkout, revision: str) -> str:
        """Bring all objects of a tree here; its name."""
        return checkout.pack(revision, self.folder)

    def objects(self) -> Objects:
        return Objects(self.folder / "packs")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A walk over a tree, and over its submodules where the source reads them."""

    checkout: Checkout
    store: Store
    scope: PlanScopeResult

    def of(self, root: str) -> Listing:
        objects, path = self.store.objects(), self.scope.path
        top = follow(objects, root, path)
        if top is Nowhere.GONE:
            return Listing()
        if isinstance(top, Nowhere):
            raise _refused(source.FILE_UNREADABLE.report(problem=top.value).at("", path))
        rules = FolderSettings(
            name=self.scope.source,
            include=tuple(self.scope.include),
            exclude=tuple(self.scope.exclude),
        )
        prefix = f"{path}/" if path and top.mode in {TREE, MODULE} else path
        scene = Scene(self.scope.source, Ignore(rules), prefix, self.scope.submodules)
        listing = Listing()
        deque(Walk(scene, objects, root, listing).steps(top), maxlen=0)
        if listing.refused:
            raise _refused(listing.refused)
        self._modules(scene, listing)
        return listing

    def _modules(self, scene: Scene, listing: Listing) -> None:
        parents = dict.fromkeys(listing.modules, self.checkout)
        while listing.modules:
            locator, module = listing.modules.popitem()
            inner = parents[locator].module(module.path)
            root = self.store.take(inner, module.commit)
            walk = Walk(scene, self.store.objects(), root, listing)
            below = locator.removeprefix(scene.prefix)
            deque(walk.steps(Found("", TREE, root), below), maxlen=0)
            parents |= {each: inner for each in listing.modules if each not in parents}


def _files(objects: Objects, name: str, listing: Listing) -> Iterator[Mapping[str, Any]]:
    for locator, change in listing.said.items():
        if isinstance(change, Broken):
            yield unreadable(locator, change.errors)
    left = PLAN_BYTES
    for locator, leaf in listing.files.items():
        left -= objects.size(leaf.blob)
        if left < 0:
            raise too_much()
        data = objects.read(leaf.blob)
        if is_pointer(data):
            yield unreadable(locator, (git.LFS_POINTER.report().at(name, locator),))
        else:
            yield sent(locator, data)


def _refused(report: Any) -> Failure:
    return Failure(
        "The source would refuse it as a whole.",
        code="refused",
        diagnostics=[diagnostic_json(report, "pending")],
    )
