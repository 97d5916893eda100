"""The encoder and the decoder against protobuf's own mapping of JSON, for every Istio message."""

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.encoding.protobuf import Generation, decode, encoder
from tests.pipeline.encoding.protobuf.descriptors import message_class
from tests.pipeline.encoding.protobuf.values import ROOTS, values


@pytest.mark.parametrize(("generation", "name"), ROOTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_values_are_read_and_written_as_protobuf_does(
    generation: Generation, name: str, data: st.DataObject
) -> None:
    """The order within maps is the one thing that protobuf leaves open."""
    value = data.draw(values(name, generation))
    expected = json_format.ParseDict(value, message_class(name, generation)())
    written = encoder(name, generation).encode(value)
    assert message_class(name, generation).FromString(written) == expected
    assert len(written) == len(expected.SerializeToString())
    said = decode(name, written, generation)
    assert said == json_format.MessageToDict(expected)
    assert encoder(name, generation).encode(said) == written
