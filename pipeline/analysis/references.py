"""Names that lead nowhere: the model for analyzers that look at more than one resource.

It goes by the table in `targets` and knows no kind itself. Every look at a target is a recorded
read, so a Gateway that appears or goes runs this again for the routes that name it, and for those
alone; and a deletion that breaks a route is known to be the cause.
"""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.targets import REFERENCES, Name, Reference
from pipeline.model import Diagnostic, Key, Path
from pipeline.model.messages import analysis as messages
from pipeline.model.messages.message import Message
from pipeline.stage import Reader


class References:
    """Reports each reference of the table whose target does not exist."""

    def __init__(self, references: tuple[Reference, ...] = REFERENCES) -> None:
        by_collection: dict[str, list[tuple[str, Reference]]] = {}
        for reference in references:
            fields = [(pattern, reference) for pattern in reference.patterns]
            for collection in reference.collections:
                by_collection.setdefault(collection, []).extend(fields)
        self._fields = {name: Fields(patterns) for name, patterns in by_collection.items()}
        reported = (messages.MISSING, messages.UNRESOLVED, messages.NOT_HELD)
        self.metadata = Metadata(
            name="references",
            description="Names of other resources that lead nowhere.",
            codes=frozenset(message.code for message in reported),
            handles=frozenset(self._fields),
            reads=frozenset().union(*(one.reads.union(one.elsewhere) for one in references)),
            indexes=frozenset().union(*(one.indexes for one in references)),
        )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Follow every reference of the resource, each name once."""
        namespace = subject.resource.key.namespace
        found = self._fields[subject.resource.key.collection].match(subject.document.body)
        followed: dict[tuple[int, Name], Missed | None] = {}
        for path, value, references in found:
            for reference in references:
                name = reference.read(value, namespace)
                if name is None:
                    continue
                known = (id(reference), name)
                if known not in followed:
                    followed[known] = _follow(reference, name, subject.reader)
                missed = followed[known]
                if missed is not None:
                    yield _report(subject, reference, missed, path)


class Missed(NamedTuple):
    """A target that is not there."""

    shown: str
    keys: tuple[Key, ...]
    """Where it was looked for by key."""


def _follow(reference: Reference, name: Name, reader: Reader) -> Missed | None:
    """None if the target is there, or if an absence would mean nothing."""
    if reference.elsewhere and not any(map(reader.holds, reference.elsewhere)):
        return None
    missed: list[Key] = []
    for place in reference.lead(name):
        if isinstance(place, Key):
            if reader.get(place) is not None:
                return None
            missed.append(place)
        elif reader.find(*place):
            return None
    return Missed(reference.shown.format(*name), tuple(missed))


def _report(subject: Subject, reference: Reference, missed: Missed, path: Path) -> Diagnostic:
    message: Message = messages.NOT_HELD if reference.elsewhere else messages.MISSING
    return (message if subject.complete else messages.UNRESOLVED).report(
        key=subject.resource.key,
        path=(*path, *reference.leaf),
        related=missed.keys,
        target=missed.shown,
    )
