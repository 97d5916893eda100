"""What keeps a value from being written, and where it is."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pipeline.model import Path
from pipeline.model.messages import encoding as messages
from pipeline.model.messages.message import Message

MOST_PROBLEMS = 20
"""Of one value that are of use to anybody; when there are more, nobody looks for them."""
_LONGEST = 60


class Problem(NamedTuple):
    """One finding about a value."""

    message: Message
    """Its entry of the catalogue."""
    facts: Mapping[str, Any]
    path: Path = ()
    """From the value that was to be written."""


class UnwritableError(ValueError):
    """A value has no form in its message; every reason is a problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(each.path) for each in self.problems))

    def below(self, step: str | int) -> list[Problem]:
        """The problems as the value above sees them."""
        return [each._replace(path=(step, *each.path)) for each in self.problems]


def gather(problems: list[Problem], found: Iterable[Problem]) -> None:
    """Add what was found.

    Raises:
        UnwritableError: that is one more than enough.
    """
    problems += found
    if len(problems) > MOST_PROBLEMS:
        raise UnwritableError(problems)


def wrong(wanted: str, value: object) -> UnwritableError:
    """`value` is not what the field takes: `wanted` with its article."""
    return UnwritableError(
        [Problem(messages.WRONG_VALUE, {"wanted": wanted, "value": shown(value)})]
    )


def shown(value: object) -> str:
    """The value as JSON has it, cut short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
