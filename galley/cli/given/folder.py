"""What a source of files would read of a folder, or of a single file, on disk."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from galley.cli.failure import Failure
from galley.cli.given.files import Given, sent, too_much, unreadable
from galley.protocol.results.planning import PLAN_BYTES
from galley.worker.places import diagnostic_json
from pipeline.model.messages import source as messages
from sources.files.listing import Walk
from sources.files.place import LostError, Tree, said
from sources.files.reading import Content, Oversize, read
from sources.ignore import Ignore
from sources.settings import FolderSettings


def of_folder(path: Path, settings: FolderSettings) -> Given:
    """Every file that a source with these settings would read there.

    Raises:
        Failure: it cannot be read, changes meanwhile, or is too large.
    """
    tree = Tree(path)
    walk = Walk(settings.name, tree, Ignore(settings))
    try:
        tree.enter()
        deque(walk.steps(), maxlen=0)
    except OSError as error:
        raise Failure(f"{str(path)!r} cannot be read: {said(error)}.") from None
    except LostError as error:
        found = [diagnostic_json(error.report, "source")] if error.report else []
        raise Failure(
            f"{str(path)!r} is nothing to plan.", code="refused", diagnostics=found
        ) from None
    broken = (unreadable(name, each.errors) for name, each in walk.listing.broken.items())
    return Given((*broken, *_files(settings.name, tree, walk)), Path(tree.top))


def _files(source: str, tree: Tree, walk: Walk) -> Iterator[Mapping[str, Any]]:
    left = PLAN_BYTES
    for locator in walk.listing.files:
        found = read(tree.at(locator), left)
        if isinstance(found, Oversize):
            raise too_much()
        if isinstance(found, Content):
            left -= len(found.data)
            yield sent(locator, found.data)
        elif found.signature:
            raise Failure(f"{tree.at(locator)!r} changes while it is read.", remedy="Try again.")
        elif found.problem:
            report = messages.FILE_UNREADABLE.report(problem=found.problem)
            yield unreadable(locator, (report.at(source, locator),))
