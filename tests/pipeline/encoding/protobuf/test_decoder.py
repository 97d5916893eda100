"""Bytes that are none of the message are refused; the round trip is in `test_json_mapping`."""

import pytest

from pipeline.encoding.protobuf import Generation, decode, encoder

NOW = Generation.TODAY
VIRTUAL_SERVICE = "istio.networking.v1alpha3.VirtualService"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("0a0561", "ends behind the end"),
        ("0a", "does not end"),
        ("80808080808080808080808001", "does not end"),
        ("0b", "wire type 3"),
        ("7a0161", "has no field 15"),
        ("0801", "a number stands where"),
    ],
)
def test_damaged_bytes_are_refused(data: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        decode(VIRTUAL_SERVICE, bytes.fromhex(data), NOW)


def test_a_length_where_a_number_belongs_is_refused() -> None:
    with pytest.raises(ValueError, match="something with a length"):
        decode("istio.networking.v1alpha3.PortSelector", b"\x0a\x01a", NOW)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", -0.5])
def test_numbers_that_json_has_not_are_text(value: object) -> None:
    message = "istio.networking.v1alpha3.Percent"
    data = encoder(message, NOW).encode({"value": value})
    assert decode(message, data, NOW) == {"value": value}


def test_numbers_without_a_name_stay_numbers() -> None:
    message = "istio.networking.v1alpha3.ServiceEntry"
    data = encoder(message, NOW).encode({"location": 4711, "resolution": -1})
    assert decode(message, data, NOW) == {"location": 4711, "resolution": -1}
