"""From a resource's JSON to the bytes of its message, by the rules of protobuf and of Istio.

Fields are known by either of their names and written in order of their numbers, maps in order of
their keys, so that equal values give equal bytes. `null` is as if it were not there, save that in
Istio 1.4 it chooses a number or text of a oneof at its default. What cannot be written is collected
over the whole value.
"""

import difflib
from collections.abc import Mapping
from functools import cache, cached_property
from typing import NamedTuple

from pipeline.encoding.protobuf import catalogue
from pipeline.encoding.protobuf.fields import Content, field_writer
from pipeline.encoding.protobuf.notation import Enum, Field, Generation, Message
from pipeline.encoding.protobuf.problems import Problem, UnwritableError, gather, wrong
from pipeline.encoding.protobuf.scalars import SCALARS, WIRE_TYPES, Writer, enumerated, zero
from pipeline.encoding.protobuf.well_known import WELL_KNOWN
from pipeline.encoding.protobuf.wire_format import LENGTH, VARINT, sized
from pipeline.model.messages import encoding as messages

_ASKED_FOR_BY_NULL = "istio.authentication.v1alpha1.MutualTls"
"""`peers: [{mtls: }]` is how mutual TLS used to be asked for; the original filled it in."""


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

    def __init__(self, message: Message, generation: Generation) -> None:
        self._message = message
        self._generation = generation

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
        content = _content(field.type, self._generation)
        chosen = content.unset is not None or field.type == _ASKED_FOR_BY_NULL
        takes_null = bool(field.oneof) and chosen and self._generation is Generation.ISTIO_1_4
        write = field_writer(field, content, takes_null=takes_null)
        return _Slot(field.number, place, write, field.json_name, takes_null)

    def _unknown(self, name: str) -> Problem:
        facts = {"holder": self._message.short, "hint": self._other_times(name) or self._near(name)}
        return Problem(messages.UNKNOWN_FIELD, facts, (name,))

    def _other_times(self, name: str) -> str:
        """What became of the field, if the other generation has it."""
        now = self._generation is Generation.TODAY
        other = Generation.ISTIO_1_4 if now else Generation.TODAY
        try:
            fields = catalogue.message(self._message.name, other).fields
        except KeyError:
            return ""
        if not any(name in (each.name, each.json_name) for each in fields):
            return ""
        return "; it had one in Istio 1.4" if now else "; it came later"

    def _near(self, name: str) -> str:
        known = [slot.json_name for slot in self._slots.values()]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        return f"; did you mean {near[0]}" if near else ""

    def _clash(self, first: str, name: str) -> Problem:
        same = self._slots[first].number == self._slots[name].number
        kind = messages.WRITTEN_TWICE if same else messages.EXCLUDE_EACH_OTHER
        return Problem(kind, {"other": first}, (name,))


@cache
def encoder(name: str, generation: Generation) -> Encoder:
    """What writes the message of that full name.

    Raises:
        KeyError: no table has it.
    """
    return Encoder(catalogue.message(name, generation), generation)


def _content(kind: str, generation: Generation) -> Content:
    """How values of a type are written."""
    if catalogue.is_scalar(kind):
        return Content(SCALARS[kind], WIRE_TYPES[kind], zero(kind))
    if catalogue.is_googles(kind):
        return Content(WELL_KNOWN[kind], LENGTH, None)
    found = catalogue.declared(kind, generation)
    if isinstance(found, Enum):
        return Content(enumerated(found), VARINT, b"\x00")
    nested = encoder(kind, generation).encode
    return Content(lambda value: sized(nested(value)), LENGTH, None)
