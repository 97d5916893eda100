"""How a finding names the resources that one gets in the way of."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.model import Diagnostic, Key, Path, Resource
from pipeline.model.messages.message import Message

MOST = 5
"""How many are named. A thousand resources in each other's way are a thousand findings, and would
be a million names."""


def other_keys(found: Iterable[Resource], mine: Key) -> list[Key]:
    """The keys of all that was found but the resource itself, each once, sorted."""
    return sorted({each.key for each in found} - {mine})


def conflict(
    message: Message, mine: Key, path: Path, others: Sequence[Key], **facts: Any
) -> Diagnostic:
    """A finding whose template speaks of `others`; there is at least one."""
    shown = a_few([_name(each) for each in others])
    return message.report(key=mine, path=path, related=others[:MOST], others=shown, **facts)


def called(key: Key) -> str:
    """One resource as people say it: `Gateway infra/public`, `MeshPolicy default`."""
    return f"{key.collection.rpartition('/')[2]} {_name(key)}"


def _name(key: Key) -> str:
    return f"{key.namespace}/{key.name}" if key.namespace else key.name


def a_few(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = [f"{len(names) - MOST} more"] if len(names) > MOST else []
    return ", ".join([*names[:MOST], *more])
