"""What has become of a commit, in the words that a forge shows beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Colour(StrEnum):
    """How a forge shows a commit; everything that it knows of states."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a commit cannot be published."""

    file: str
    line: int
    """0 where the file is all that is known."""
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return " ".join(part for part in (place, self.code, self.message) if part)


@dataclass(frozen=True, slots=True)
class Tally:
    """Who has a version, of those who were connected when it was published."""

    connected: int
    had: int
    refused: int

    @property
    def complete(self) -> bool:
        """Whether all of them have answered."""
        return self.had + self.refused >= self.connected

    def __str__(self) -> str:
        if not self.connected:
            return "no subscribers"
        text = f"had by {self.had} of {self.connected}"
        return f"{text}, refused by {self.refused}" if self.refused else text


@dataclass(frozen=True, slots=True)
class Status:
    """One commit's state, whole: a later one takes its place."""

    revision: str
    state: str
    """A word of Galley's own: `live`, `blocked`."""
    colour: Colour
    headline: str
    """What people read first, without a full stop."""
    version: int = 0
    """The version that it is about; 0 if there is none."""
    findings: tuple[Finding, ...] = ()
    more: int = 0
    """How many findings there are besides."""
    tally: Tally | None = None

    @property
    def final(self) -> bool:
        """Whether nothing more is to come by itself: no subscriber's answer is outstanding."""
        return self.tally is None or self.tally.complete

    def same_step(self, other: "Status") -> bool:
        """Whether the two differ at most in who has the version."""
        return (self.state, self.version) == (other.state, other.version)

    def description(self, most: int) -> str:
        """One line of at most so many characters; how much more there is comes last and stays."""
        hidden = self.more + max(0, len(self.findings) - 1)
        end = f" (+{hidden} more)" if hidden else ""
        return _cut(": ".join(self._parts()), most - len(end)) + end

    def _parts(self) -> Iterator[str]:
        yield f"{self.headline}, {self.tally}" if self.tally else self.headline
        yield from map(str, self.findings[:1])


def _cut(text: str, most: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
