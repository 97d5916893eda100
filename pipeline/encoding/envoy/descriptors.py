"""Envoy's messages made ready to be written, from protobuf's descriptors of them."""

from functools import cache

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from pipeline.encoding.envoy.types import descriptor
from pipeline.encoding.envoy.values import ANY, VALUE, VALUES, packed
from pipeline.encoding.protobuf.encoder import Encoder
from pipeline.encoding.protobuf.fields import Content
from pipeline.encoding.protobuf.notation import Enum, Field, Message
from pipeline.encoding.protobuf.scalars import SCALARS, WIRE_TYPES, Writer, enumerated, zero
from pipeline.encoding.protobuf.wire_format import LENGTH, VARINT, sized

_SCALARS = {getattr(FieldDescriptor, f"TYPE_{name.upper()}"): name for name in SCALARS}


def writer(name: str) -> Writer:
    """What writes the message of that full name, without its length.

    Raises:
        UnknownTypeError: there is none.
    """
    return encoder(descriptor(name)).encode


@cache
def encoder(message: Descriptor) -> Encoder:
    """What writes a message."""
    fields = sorted(message.fields, key=lambda field: field.number)
    return Encoder(Message(message.full_name, tuple(map(_field, fields))), _Fields(message))


def is_map(field: FieldDescriptor) -> bool:
    """Whether a field is a map, which protobuf has as a list of entries."""
    holder = field.message_type
    return holder is not None and bool(holder.GetOptions().map_entry)


def held_by(field: FieldDescriptor) -> FieldDescriptor:
    """What says the type of a field's values: of a map the field in its entries."""
    entry = field.message_type
    return entry.fields_by_name["value"] if entry and is_map(field) else field


def _field(field: FieldDescriptor) -> Field:
    entry = field.message_type if is_map(field) else None
    return Field(
        field.name,
        field.number,
        _type_of(held_by(field)),
        repeated=field.is_repeated and not entry,
        key=_SCALARS[entry.fields_by_name["key"].type] if entry else "",
        oneof=field.containing_oneof.name if field.containing_oneof else "",
    )


def _declared(field: FieldDescriptor) -> Descriptor | EnumDescriptor | None:
    held = held_by(field)
    return held.message_type or held.enum_type


def _type_of(field: FieldDescriptor) -> str:
    declared = _declared(field)
    return declared.full_name if declared else _SCALARS[field.type]


class _Fields:
    """The types of one message's fields."""

    def __init__(self, message: Descriptor) -> None:
        found = (_declared(field) for field in message.fields)
        self._declared = {each.full_name: each for each in found if each}

    def content(self, kind: str) -> Content:
        if kind in SCALARS:
            return Content(SCALARS[kind], WIRE_TYPES[kind], zero(kind))
        if kind == ANY:
            return Content(packed(writer), LENGTH, None)
        if kind in VALUES:
            return Content(VALUES[kind], LENGTH, None)
        declared = self._declared[kind]
        if isinstance(declared, EnumDescriptor):
            numbers = {each.name: each.number for each in declared.values}
            return Content(enumerated(Enum(kind, numbers)), VARINT, b"\x00")
        nested = encoder(declared).encode
        return Content(lambda value: sized(nested(value)), LENGTH, None)

    def null(self, field: Field, content: Content) -> bytes | None:
        """Null is a value of the one type that stands for any JSON."""
        return content.write(None) if field.type == VALUE and not field.repeated else None

    def remark(self, message: Message, name: str) -> str:  # noqa: ARG002  # one generation only
        return ""
