"""Which findings the merge base of a branch has already: they are carried, and decide nothing.

The rule is the gate's: a finding is carried if it was there before and what it is about has the
same content. Both sides are judged by the checks of the work tree, as what is live is judged by
today's. A finding that a change elsewhere has caused, on a file that nobody touched, is new.
"""

import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from galley.cli import inline
from galley.cli.checkout import Checkout
from galley.cli.inline import Verdict
from galley.settings import ChannelSettings
from pipeline.environment import Environment
from pipeline.model import Diagnostic
from sources.settings import AnySource

Same: TypeAlias = Callable[[Diagnostic], bool]

NUMBER = re.compile(r"\d+")
"""Numbers in a message may be lines, which move."""


def carried(
    checkout: Checkout,
    revision: str,
    settings: ChannelSettings,
    environment: Environment,
    verdict: Verdict,
) -> frozenset[Diagnostic]:
    """Those of a verdict's findings that were there at the merge base with a revision.

    Raises:
        Failure: there is no merge base, or it cannot be read.
    """
    commit = checkout.merge_base(revision)
    with tempfile.TemporaryDirectory(prefix="galley-base-") as scratch:
        moved = _at(checkout, commit, settings, Path(scratch))
        before = asyncio.run(inline.read(moved, environment))
        known = {_identity(each) for each in before.diagnostics}
        same = _same_content(verdict, before, settings, moved)
        return frozenset(
            each for each in verdict.diagnostics if _identity(each) in known and same(each)
        )


def _at(
    checkout: Checkout, commit: str, settings: ChannelSettings, scratch: Path
) -> ChannelSettings:
    """The settings with the sources as they were at a commit; those that were not are left out."""
    names = {each.name: checkout.name(path) for each in settings.sources if (path := _path(each))}
    inside = {source: name for source, name in names.items() if not Path(name).is_absolute()}
    checkout.export(commit, scratch, list(inside.values()))
    sources: list[AnySource] = []
    for each in settings.sources:
        if each.name not in inside:
            sources.append(each)
        elif (path := scratch / "tree" / inside[each.name]).exists():
            sources.append(each.model_copy(update={"path": path}))
    return settings.model_copy(update={"sources": tuple(sources)})


def _path(source: AnySource) -> Path | None:
    path = getattr(source, "path", None)
    return path if isinstance(path, Path) else None


def _identity(found: Diagnostic) -> tuple[object, ...]:
    message = NUMBER.sub("#", found.message)
    return (found.code, found.key, found.path, message, found.source, found.locator)


def _same_content(
    now: Verdict, before: Verdict, settings: ChannelSettings, moved: ChannelSettings
) -> Same:
    """Whether what a finding is about, a resource or else a whole file, is what it was."""

    def same(found: Diagnostic) -> bool:
        if found.key and found.key in now.inputs:
            return now.inputs.get(found.key) == before.inputs.get(found.key)
        files = (inline.file_of(found.source, found.locator, each) for each in (settings, moved))
        contents = [file.read_bytes() if file and file.is_file() else None for file in files]
        return contents[0] == contents[1]

    return same
