"""How one field is written, given how its type is: once, as a list, packed, as a map."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from pipeline.encoding.protobuf.notation import Field
from pipeline.encoding.protobuf.problems import Problem, UnwritableError, gather, wrong
from pipeline.encoding.protobuf.scalars import SCALARS, WIRE_TYPES, Writer, whole
from pipeline.encoding.protobuf.wire_format import LENGTH, nested, sized, tag

T = TypeVar("T")


class Content(NamedTuple):
    """A type made ready."""

    write: Writer
    """Without tag."""
    wire_type: int
    unset: bytes | None
    """How its default would be written, which is left out; None: whatever is there is written."""


def field_writer(field: Field, content: Content, null: bytes | None = None) -> Writer:
    """What writes a field with its tag; nothing for a default.

    `null`: how null is written, without tag; None: it does not come here.
    """
    write, wire_type, unset = content
    front = tag(field.number, wire_type)
    if field.key:
        return _map(field, content)
    if field.repeated and wire_type == LENGTH:
        return _list(lambda item: front + write(item))
    if field.repeated:
        return _packed(field, _list(write))
    if null is not None:
        return lambda value: front + (null if value is None else write(value))
    if field.oneof or unset is None:
        return lambda value: front + write(value)

    def encode(value: object) -> bytes:
        written = write(value)
        return b"" if written == unset else front + written

    return encode


def _list(write: Writer) -> Writer:
    def encode(value: object) -> bytes:
        if not isinstance(value, list):
            raise wrong("a list", value)
        return _joined(write, enumerate(value))

    return encode


def _packed(field: Field, write: Writer) -> Writer:
    def encode(value: object) -> bytes:
        written = write(value)
        return nested(field.number, written) if written else b""

    return encode


def _map(field: Field, content: Content) -> Writer:
    front = tag(field.number, LENGTH)
    write_key, key_front = SCALARS[field.key], tag(1, WIRE_TYPES[field.key])
    value_front = tag(2, content.wire_type)
    order = None if field.key == "string" else lambda key: whole(key) or 0

    def entry(item: tuple[str, object]) -> bytes:
        key, value = item
        return front + sized(key_front + write_key(key) + value_front + content.write(value))

    def encode(value: object) -> bytes:
        if not isinstance(value, dict):
            raise wrong("a mapping", value)
        return _joined(entry, ((key, (key, value[key])) for key in sorted(value, key=order)))

    return encode


def _joined(write: Callable[[T], bytes], items: Iterable[tuple[str | int, T]]) -> bytes:
    """The items one after the other, each with the step that leads to it.

    Raises:
        UnwritableError: with everything that is wrong with any of them.
    """
    written: list[bytes] = []
    problems: list[Problem] = []
    for step, item in items:
        try:
            written.append(write(item))
        except UnwritableError as error:
            gather(problems, error.below(step))
    if problems:
        raise UnwritableError(problems)
    return b"".join(written)
