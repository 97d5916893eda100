"""Random values of every message of Envoy's, as JSON, drawn by protobuf's descriptors alone."""

import base64
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import strategies as st

from pipeline.encoding.envoy.types import descriptor

Json = st.SearchStrategy[Any]

_MOST_FIELDS = 4
_TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
_EXTENSIONS = (
    "envoy.config.core.v3.Address",
    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
    "envoy.extensions.filters.http.router.v3.Router",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
    "udpa.type.v1.TypedStruct",
    "xds.type.v3.TypedStruct",
)
"""What is drawn where any message may be."""

_ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), _TEXT, st.integers(-(2**53), 2**53), st.just(0.5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXT, inner, max_size=3)),
    max_leaves=5,
)
_BYTES = st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode())
_DURATION = st.builds(
    lambda seconds, nanos: f"{seconds}" + (f".{nanos:09d}s" if nanos else "s"),
    st.integers(0, 9_223_372_035),
    st.one_of(st.just(0), st.integers(0, 999_999_999)),
)
_TIME = st.datetimes().map(lambda at: f"{at.isoformat(timespec='seconds')}Z")
_DOUBLE = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.just("Infinity"))
_FLOAT = st.floats(width=32, allow_nan=False, allow_infinity=False)


def _whole(least: int, most: int) -> Json:
    numbers = st.integers(least, most)
    return st.one_of(numbers, st.sampled_from((least, most, 0)), numbers.map(str))


_SCALARS = {
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: _BYTES,
    FieldDescriptor.TYPE_DOUBLE: _DOUBLE,
    FieldDescriptor.TYPE_FLOAT: _FLOAT,
    FieldDescriptor.TYPE_INT32: _whole(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_INT64: _whole(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_STRING: _TEXT,
    FieldDescriptor.TYPE_UINT32: _whole(0, 2**32 - 1),
    FieldDescriptor.TYPE_UINT64: _whole(0, 2**64 - 1),
}
_GOOGLES: dict[str, Json] = {
    "BoolValue": st.booleans(),
    "BytesValue": _BYTES,
    "DoubleValue": _DOUBLE,
    "Duration": _DURATION,
    "FieldMask": st.lists(st.sampled_from(("name", "typedConfig.a")), max_size=3).map(",".join),
    "FloatValue": _FLOAT,
    "Int64Value": _whole(-(2**63), 2**63 - 1),
    "ListValue": st.lists(_ANY_JSON, max_size=3),
    "StringValue": _TEXT,
    "Struct": st.dictionaries(_TEXT, _ANY_JSON, max_size=3),
    "Timestamp": _TIME,
    "UInt32Value": _whole(0, 2**32 - 1),
    "UInt64Value": _whole(0, 2**64 - 1),
    "Value": _ANY_JSON,
}
SPECIAL = {f"google.protobuf.{name}": drawn for name, drawn in _GOOGLES.items()}
"""Those whose JSON is no mapping of their fields."""
LOADED = [descriptor(name) for name in (*SPECIAL, *_EXTENSIONS)]
"""Protobuf's own library knows only messages whose modules are imported."""


def values(name: str) -> Json:
    """Values of the message of that full name."""
    return _message(descriptor(name))


@cache
def _message(message: Descriptor) -> Json:
    if message.full_name == "google.protobuf.Any":
        return st.one_of(st.deferred(_packed), st.sampled_from(sorted(SPECIAL)).flatmap(_special))
    special = SPECIAL.get(message.full_name)
    return _fields(message) if special is None else special


@st.composite
def _fields(draw: st.DrawFn, message: Descriptor) -> dict[str, Any]:
    """A few of its fields, of each oneof at most one, under either of their names."""
    if not message.fields:
        return {}
    picked = st.lists(
        st.sampled_from(list(message.fields)),
        max_size=_MOST_FIELDS,
        unique_by=lambda field: (
            field.containing_oneof.name if field.containing_oneof else field.name
        ),
    )
    return {
        draw(st.sampled_from((field.name, field.json_name))): draw(value_of(field))
        for field in draw(picked)
    }


def _packed() -> Json:
    return st.sampled_from(_EXTENSIONS).flatmap(
        lambda name: values(name).map(lambda held: {**held, "@type": f"type.googleapis.com/{name}"})
    )


def _special(name: str) -> Json:
    return SPECIAL[name].map(lambda held: {"value": held, "@type": f"type.googleapis.com/{name}"})


def value_of(field: FieldDescriptor) -> Json:
    """What a field of a message may hold."""
    holder = field.message_type
    if holder is not None and holder.GetOptions().map_entry:
        is_text = holder.fields_by_name["key"].type == FieldDescriptor.TYPE_STRING
        keys = _TEXT if is_text else st.integers(0, 2**32 - 1).map(str)
        return st.dictionaries(keys, _value(holder.fields_by_name["value"]), max_size=3)
    one = _value(field)
    return st.lists(one, max_size=3) if field.is_repeated else st.one_of(one, st.none())


def _value(field: FieldDescriptor) -> Json:
    if field.enum_type is not None:
        listed = [*(each.name for each in field.enum_type.values), 4711]
        return st.sampled_from(listed)
    if field.message_type is not None:
        inner = field.message_type
        return st.deferred(lambda: _message(inner))
    return _SCALARS[field.type]
