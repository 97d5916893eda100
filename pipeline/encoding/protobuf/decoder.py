"""From bytes back to JSON as protobuf writes it, for tests and for people.

Fields have their JSON names, enums their names, 64-bit integers are text; what is at its default is
not there, as in the bytes.
"""

from collections.abc import Iterator
from typing import Any

from pipeline.encoding.protobuf import catalogue
from pipeline.encoding.protobuf.notation import Enum, Field, Generation, Message
from pipeline.encoding.protobuf.reading import SCALARS, WELL_KNOWN, Bare, content, signed
from pipeline.encoding.protobuf.wire_format import fields, read_varint


def decode(name: str, data: bytes, generation: Generation) -> dict[str, Any]:
    """What the bytes of the message of that full name say.

    Raises:
        ValueError: these are not its bytes, or there is a field that it does not have.
    """
    return _message(catalogue.message(name, generation), data, generation)


def _message(message: Message, data: bytes, generation: Generation) -> dict[str, Any]:
    known = {field.number: field for field in message.fields}
    found: dict[str, Any] = {}
    for number, value in fields(data):
        field = known.get(number)
        if field is None:
            raise ValueError(f"{message.name} has no field {number}")
        if field.key:
            found.setdefault(field.json_name, {}).update(_entry(field, content(value), generation))
        elif field.repeated:
            found.setdefault(field.json_name, []).extend(_items(field, value, generation))
        else:
            found[field.json_name] = _value(field.type, value, generation)
    return found


def _entry(field: Field, data: bytes, generation: Generation) -> dict[str, Any]:
    """The one item of a map; its key is text in JSON whatever it is."""
    parts = dict(fields(data))
    key = SCALARS[field.key](parts[1])
    return {str(key): _value(field.type, parts[2], generation)}


def _items(field: Field, value: Bare, generation: Generation) -> Iterator[Any]:
    """One item of a list, or all of those that are packed."""
    if isinstance(value, bytes) and _is_number(field.type, generation):
        at = 0
        while at < len(value):
            number, at = read_varint(value, at)
            yield _value(field.type, number, generation)
    else:
        yield _value(field.type, value, generation)


def _is_number(kind: str, generation: Generation) -> bool:
    if catalogue.is_scalar(kind):
        return kind not in ("bytes", "double", "string")
    return not catalogue.is_googles(kind) and isinstance(catalogue.declared(kind, generation), Enum)


def _value(kind: str, value: Bare, generation: Generation) -> Any:
    simple = SCALARS.get(kind) or WELL_KNOWN.get(kind)
    if simple is not None:
        return simple(value)
    declared = catalogue.declared(kind, generation)
    if isinstance(declared, Enum):
        return declared.names.get(signed(value), signed(value))
    return _message(declared, content(value), generation)
