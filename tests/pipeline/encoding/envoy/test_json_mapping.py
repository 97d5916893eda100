"""What is written is what protobuf's own library makes of the same JSON.

Compared is what the bytes say, as JSON: the library's own bytes have maps in any order within an
`Any`.
"""

from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.encoding.envoy import ENVOY
from pipeline.encoding.envoy.descriptors import writer
from pipeline.encoding.envoy.types import descriptor
from pipeline.encoding.envoy.values import ANY
from pipeline.encoding.protobuf import UnwritableError
from tests.pipeline.encoding.envoy.examples import TYPES
from tests.pipeline.encoding.envoy.values import SPECIAL, values

ROUTER = f"{TYPES}envoy.extensions.filters.http.router.v3.Router"
ROOTS = sorted(ENVOY.bodies.values())


def said(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message)


@pytest.mark.parametrize("name", ROOTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_is_written_as_protobuf_writes_it(name: str, data: Any) -> None:
    value = data.draw(values(name))
    wanted = GetMessageClass(descriptor(name))()
    json_format.ParseDict(value, wanted)
    written = writer(name)(value)
    assert said(type(wanted).FromString(written)) == said(wanted)


@pytest.mark.parametrize("name", sorted(SPECIAL))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_protobufs_own_messages_stand_under_value(name: str, data: Any) -> None:
    held = {"@type": f"type.googleapis.com/{name}", "value": data.draw(SPECIAL[name])}
    value = {"name": "a", "typed_config": held}
    wanted = GetMessageClass(descriptor("envoy.config.core.v3.TypedExtensionConfig"))()
    json_format.ParseDict(value, wanted)
    written = writer(wanted.DESCRIPTOR.full_name)(value)
    assert said(type(wanted).FromString(written)) == said(wanted)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("envoy.config.core.v3.KeyValuePair", {"key": "a", "value": None}),
        (
            "envoy.config.core.v3.TypedExtensionConfig",
            {"typed_config": {"@type": f"{TYPES}{ANY}", "value": {"@type": ROUTER}}},
        ),
    ],
    ids=["null that is a value", "anything in anything"],
)
def test_values_that_are_seldom_seen(name: str, value: Any) -> None:
    wanted = GetMessageClass(descriptor(name))()
    json_format.ParseDict(value, wanted)
    assert writer(name)(value) == wanted.SerializeToString()


@pytest.mark.parametrize("held", [{"value": "x"}, {"value": "1s", "nanos": 5}, {"seconds": 5}])
def test_what_is_no_such_value_is_refused(held: Any) -> None:
    value = {"typed_config": {"@type": "type.googleapis.com/google.protobuf.Duration", **held}}
    with pytest.raises(UnwritableError):
        writer("envoy.config.core.v3.TypedExtensionConfig")(value)


@pytest.mark.parametrize("value", ["1e39", 1e39, "x", True])
def test_numbers_that_take_more_than_four_bytes_are_refused(value: Any) -> None:
    with pytest.raises(UnwritableError):
        writer("google.protobuf.Any")({"@type": "a/google.protobuf.FloatValue", "value": value})
