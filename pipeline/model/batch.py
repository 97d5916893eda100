"""What a source says: changes by locator, applied as one.

The rules that keep a broken read from deleting anything (`docs/guarantees.md`, G10) rest on these
four values: only a complete `Read` of a locator, or its `Removed`, or a complete batch that no
longer mentions it, takes keys away.
"""

from dataclasses import dataclass
from typing import TypeAlias

from pipeline.model.diagnostic import Diagnostic
from pipeline.model.origin import Origin
from pipeline.model.resource import Resource
from pipeline.model.revision import Revision


@dataclass(frozen=True, slots=True)
class Located:
    """One resource and where it was read."""

    resource: Resource
    origin: Origin


@dataclass(frozen=True, slots=True)
class Read:
    """A locator was read whole and without error: it holds exactly these resources."""

    locator: str
    resources: tuple[Located, ...]
    notes: tuple[Diagnostic, ...] = ()
    """Warnings and infos of the read; an error makes it `Broken` instead."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A locator could not be read: it keeps every key that it last held.

    A locator that ends in `/` speaks for everything below it (a folder that cannot be listed).
    """

    locator: str
    errors: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """A locator is gone, as a complete read of its surroundings showed."""

    locator: str


Change: TypeAlias = Read | Broken | Removed


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that a source saw together; the channel takes all of them in one step."""

    source: str
    changes: tuple[Change, ...]
    revision: str = ""
    """What the source calls this state of itself: a commit; empty where it has no name."""
    complete: bool = False
    """Whether the batch lists every locator in its scope: those it does not mention are removed."""
    scope: str = ""
    """Prefix of the locators that a complete batch speaks for; empty: all of the source."""
    cause: str = ""
    """Who or what changed it, where the source knows: a commit's author and subject."""
    revisions: tuple[Revision, ...] = ()
    """What led here since the batch before, newest first and bounded by the source: whatever
    embodies the batch embodies these. Empty where a source keeps no history."""
    errors: tuple[Diagnostic, ...] = ()
    """What is wrong with the revision as a whole, whatever its locators hold: it blocks every
    change unit of the source until a later batch comes without."""
