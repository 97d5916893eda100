"""The encoder and the decoder against protobuf's own mapping of JSON, for every Istio message."""

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.encoding.protobuf import Generation, UnwritableError, decode, encoder
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


FIELDS = [
    (Generation.TODAY, "istio.networking.v1alpha3.CorsPolicy", "allowCredentials"),
    (Generation.TODAY, "istio.networking.v1alpha3.CorsPolicy", "maxAge"),
    (Generation.TODAY, "istio.networking.v1alpha3.CorsPolicy", "unmatchedPreflights"),
    (Generation.TODAY, "istio.networking.v1alpha3.Destination", "host"),
    (Generation.TODAY, "istio.networking.v1alpha3.Destination", "port"),
    (Generation.TODAY, "istio.networking.v1alpha3.EnvoyFilter.Patch", "value"),
    (Generation.TODAY, "istio.networking.v1alpha3.HTTPBody", "bytes"),
    (Generation.TODAY, "istio.networking.v1alpha3.HTTPMatchRequest", "ignoreUriCase"),
    (Generation.TODAY, "istio.networking.v1alpha3.HTTPMatchRequest", "sourceLabels"),
    (Generation.TODAY, "istio.networking.v1alpha3.Percent", "value"),
    (Generation.TODAY, "istio.networking.v1alpha3.PortSelector", "number"),
    (Generation.TODAY, "istio.networking.v1alpha3.RouteDestination", "weight"),
    (Generation.TODAY, "istio.networking.v1alpha3.VirtualService", "hosts"),
    (Generation.TODAY, "istio.security.v1beta1.PeerAuthentication", "portLevelMtls"),
    (Generation.ISTIO_1_4, "istio.mixer.v1.Attributes.AttributeValue", "timestampValue"),
    (Generation.ISTIO_1_4, "istio.policy.v1beta1.RateLimitSampling", "samplingRate"),
]
NUMBERS = ["1", "-1", "1.5", "4294967296", "9223372036854775808", "NaN"]
WORDS = ["a", "true", "null", "s", "1.5s", "aGk=", "aGk", "FORWARD", "forward"]
DATES = ["2026-01-31", "2026-01-31T00:00:00Z"]
TEXT = st.sampled_from(["", *NUMBERS, *WORDS, *DATES])
ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**64), 2**64),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXT,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(TEXT, inner, max_size=2),
    ),
    max_leaves=3,
)


@pytest.mark.parametrize(("generation", "name", "field"), FIELDS)
@settings(max_examples=200, deadline=None)
@given(value=ANYTHING)
def test_what_is_written_protobuf_takes_and_understands_alike(
    generation: Generation, name: str, field: str, value: object
) -> None:
    """Not the other way round: Python's library takes `false` for a number, `[]` for a message."""
    try:
        written = encoder(name, generation).encode({field: value})
    except UnwritableError:
        return
    expected = json_format.ParseDict({field: value}, message_class(name, generation)())
    assert message_class(name, generation).FromString(written) == expected
