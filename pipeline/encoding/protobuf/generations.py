"""Istio's messages of one generation made ready to be written, from the tables.

In Istio 1.4 `null` chooses a number or text of a oneof at its default.
"""

from functools import cache
from typing import NamedTuple

from pipeline.encoding.protobuf import catalogue
from pipeline.encoding.protobuf.encoder import Encoder
from pipeline.encoding.protobuf.fields import Content
from pipeline.encoding.protobuf.notation import Enum, Field, Generation, Message
from pipeline.encoding.protobuf.scalars import SCALARS, WIRE_TYPES, enumerated, zero
from pipeline.encoding.protobuf.well_known import WELL_KNOWN
from pipeline.encoding.protobuf.wire_format import LENGTH, VARINT, sized

_ASKED_FOR_BY_NULL = "istio.authentication.v1alpha1.MutualTls"
"""`peers: [{mtls: }]` is how mutual TLS used to be asked for; the original filled it in."""


@cache
def encoder(name: str, generation: Generation) -> Encoder:
    """What writes the message of that full name.

    Raises:
        KeyError: no table has it.
    """
    return Encoder(catalogue.message(name, generation), _Tables(generation))


class _Tables(NamedTuple):
    """What the tables say of types, and of the other generation."""

    generation: Generation

    def content(self, kind: str) -> Content:
        if catalogue.is_scalar(kind):
            return Content(SCALARS[kind], WIRE_TYPES[kind], zero(kind))
        if catalogue.is_googles(kind):
            return Content(WELL_KNOWN[kind], LENGTH, None)
        found = catalogue.declared(kind, self.generation)
        if isinstance(found, Enum):
            return Content(enumerated(found), VARINT, b"\x00")
        nested = encoder(kind, self.generation).encode
        return Content(lambda value: sized(nested(value)), LENGTH, None)

    def null(self, field: Field, content: Content) -> bytes | None:
        chosen = content.unset is not None or field.type == _ASKED_FOR_BY_NULL
        if not (field.oneof and chosen and self.generation is Generation.ISTIO_1_4):
            return None
        return b"\x00" if content.unset is None else content.unset

    def remark(self, message: Message, name: str) -> str:
        """What became of the field, if the other generation has it."""
        now = self.generation is Generation.TODAY
        other = Generation.ISTIO_1_4 if now else Generation.TODAY
        try:
            fields = catalogue.message(message.name, other).fields
        except KeyError:
            return ""
        if not any(name in (each.name, each.json_name) for each in fields):
            return ""
        return "; it had one in Istio 1.4" if now else "; it came later"
