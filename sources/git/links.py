"""Where a path of a commit leads, through every symbolic link on the way."""

from collections import deque
from enum import Enum
from typing import NamedTuple

from sources.git.objects import LINK, TREE, Objects

_MOST = 40
"""Links on one way; more is a loop."""
_LONGEST = 4096
"""Bytes of a link's target."""


class Nowhere(Enum):
    """Why a path leads to nothing that is in the repository."""

    GONE = "there is nothing"
    DANGLING = "the link leads to nothing"
    OUTSIDE = "the link leads out of the repository"
    LOOP = "the link leads in a circle"


class Found(NamedTuple):
    """What is at the end of a path."""

    path: str
    """Its own path in the repository."""
    mode: int
    id: str


def follow(objects: Objects, root: str, path: str) -> Found | Nowhere:
    """What a path leads to, from the tree at the root of a commit.

    Raises:
        DamagedError: the mirror cannot be read.
    """
    here: list[str] = []
    trees = [root]
    todo = deque(part for part in path.split("/") if part not in {"", "."})
    links = 0
    while todo:
        part = todo.popleft()
        if part == "..":
            if not here:
                return Nowhere.OUTSIDE
            here.pop()
            trees.pop()
            continue
        entry = objects.entry(trees[-1], part)
        if entry is None or (entry.mode == LINK and objects.size(entry.id) > _LONGEST):
            return Nowhere.DANGLING if links else Nowhere.GONE
        if entry.mode == TREE:
            here.append(part)
            trees.append(entry.id)
        elif entry.mode == LINK:
            links += 1
            target = objects.read(entry.id).decode("utf-8", "surrogateescape")
            if links > _MOST or target.startswith("/"):
                return Nowhere.LOOP if links > _MOST else Nowhere.OUTSIDE
            todo.extendleft(reversed([step for step in target.split("/") if step not in {"", "."}]))
        elif todo:
            return Nowhere.DANGLING if links else Nowhere.GONE
        else:
            return Found("/".join((*here, part)), entry.mode, entry.id)
    return Found("/".join(here), TREE, trees[-1])
