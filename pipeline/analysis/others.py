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
    names = [f"{each.namespace}/{each.name}" for each in others[:MOST]]
    if len(others) > MOST:
        names.append(f"{len(others) - MOST} more")
    return message.report(
        key=mine, path=path, related=others[:MOST], others=", ".join(names), **facts
    )
