"""What lies between the revision that is live and the one that has come, commit by commit."""

from dataclasses import dataclass

from sources.git.objects import Objects


@dataclass(frozen=True, slots=True)
class Step:
    """One commit, and what it changes that no parent of it had."""

    commit: str
    paths: frozenset[str]
    """Paths from the root of the repository."""
    before: str
    """The tree that it is compared with; empty for a first commit."""


def between(objects: Objects, base: str, tip: str, most: int) -> list[Step]:
    """The commits that `tip` adds to `base`, newest first.

    Where they cannot be told one by one (the history was rewritten, `base` is not at hand, or
    there are more than `most`), one step stands for all: `tip`, compared with the whole of `base`.
    With an empty `base` there is nothing to compare with, and no step.
    """
    if base in ("", tip):
        return []
    at_hand = objects.holds(base)
    if at_hand and objects.descends(tip, base):
        found = objects.log(base, tip, most + 1)
        if len(found) <= most:
            return [_step(objects, commit) for commit in found]
    tree = objects.tree(base) if at_hand else ""
    return [Step(tip, changed(objects, tree, objects.tree(tip)), tree)]


def lasting(objects: Objects, base: str, tip: str) -> frozenset[str] | None:
    """Paths that differ in the end: what was reverted meanwhile is nobody's offence. None, for
    all, where `base` is not at hand."""
    if not objects.holds(base):
        return None
    return changed(objects, objects.tree(base), objects.tree(tip))


def changed(objects: Objects, before: str, after: str) -> frozenset[str]:
    """Paths under which two trees hold different things."""
    return frozenset(each.path for each in objects.differences(before, after))


def _step(objects: Objects, commit: str) -> Step:
    """A merge answers only for what it has from none of its parents."""
    before = [objects.tree(parent) for parent in objects.parents(commit)] or [""]
    after = objects.tree(commit)
    sides = [changed(objects, tree, after) for tree in before]
    return Step(commit, frozenset.intersection(*sides), before[0])
