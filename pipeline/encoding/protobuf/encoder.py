"""From a resource's JSON to the bytes of its message, by the rules of protobuf.

Fields are known by either of their names and written in order of their numbers, maps in order of
their keys, so that equal values give equal bytes. `null` is as if it were not there, save where the
types say otherwise. What cannot be written is collected over the whole value.
"""

import difflib
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple, Protocol

from pipeline.encoding.protobuf.fields import Content, field_writer
from pipeline.encoding.protobuf.notation import Field, Message
from pipeline.encoding.protobuf.problems import Problem, UnwritableError, gather, wrong
from pipeline.encoding.protobuf.scalars import Writer
from pipeline.model.messages import encoding as messages


class Types(Protocol):
    """What the fields of messages are made of, and what else is known of them."""

    def content(self, kind: str) -> Content:
        """How values of a type are written, by its name as fields say it."""

    def null(self, field: Field, content: Content) -> bytes | None:
        """What null means for a field, as bytes without tag; None: as if it were not there."""

    def remark(self, message: Message, name: str) -> str:
        """What is known of a field that the message does not have: `; it came later`."""


class _Slot(NamedTuple):
    """A field made ready."""

    number: int
    place: int
    """Where at most one field can be: its own number, or one that its oneof shares."""
    write: Writer
    """With the tag; nothing for a default."""
    json_name: str
    takes_null: bool


class Encoder:
    """Writes the values of one message."""

    def __init__(self, message: Message, types: Types) -> None:
        self._message = message
        self._types = types

    def encode(self, value: object) -> bytes:
        """The message's bytes.

        Raises:
            UnwritableError: with everything that is wrong with the value, or one more than enough.
        """
        if not isinstance(value, dict):
            raise wrong("a mapping", value)
        slots = self._slots
        written: dict[int, bytes] = {}
        taken: dict[int, str] = {}
        problems: list[Problem] = []
        for name, item in value.items():
            slot = slots.get(name)
            if slot is None:
                gather(problems, [self._unknown(name)])
            elif item is not None or slot.takes_null:
                first = taken.setdefault(slot.place, name)
                if first != name:
                    gather(problems, [self._clash(first, name)])
                try:
                    written[slot.number] = slot.write(item)
                except UnwritableError as error:
                    gather(problems, error.below(name))
        if problems:
            raise UnwritableError(problems)
        return b"".join([written[number] for number in sorted(written)])

    @cached_property
    def _slots(self) -> Mapping[str, _Slot]:
        """By both names of each field; made late, so that messages can hold one another."""
        fields = self._message.fields
        shared = {each.oneof: each.number for each in fields if each.oneof}
        places = {each.name: shared.get(each.oneof, each.number) for each in fields}
        slots = {each.name: self._slot(each, places[each.name]) for each in fields}
        return slots | {slot.json_name: slot for slot in slots.values()}

    def _slot(self, field: Field, place: int) -> _Slot:
        content = self._types.content(field.type)
        null = self._types.null(field, content)
        write = field_writer(field, content, null)
        return _Slot(field.number, place, write, field.json_name, null is not None)

    def _unknown(self, name: str) -> Problem:
        hint = self._types.remark(self._message, name) or self._near(name)
        return Problem(
            messages.UNKNOWN_FIELD, {"holder": self._message.short, "hint": hint}, (name,)
        )

    def _near(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._slots, n=1, cutoff=0.8)
        return f"; did you mean {near[0]}" if near else ""

    def _clash(self, first: str, name: str) -> Problem:
        same = self._slots[first].number == self._slots[name].number
        kind = messages.WRITTEN_TWICE if same else messages.EXCLUDE_EACH_OTHER
        return Problem(kind, {"other": first}, (name,))
