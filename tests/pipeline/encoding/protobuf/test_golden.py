"""Encodings derived by hand from the protobuf specification, byte for byte."""

from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation, encoder, struct

NETWORKING = "istio.networking.v1alpha3"
NOW, THEN = Generation.TODAY, Generation.ISTIO_1_4


@pytest.mark.parametrize(
    ("generation", "message", "value", "expected"),
    [
        # Field 1, text of one byte, twice.
        (NOW, f"{NETWORKING}.VirtualService", {"hosts": ["a", "b"]}, "0a0161 0a0162"),
        # http is field 3, timeout field 6: one second and 500,000,000 nanoseconds.
        (
            NOW,
            f"{NETWORKING}.VirtualService",
            {"http": [{"timeout": "1.5s"}]},
            "1a0a 3208 0801 1080cab5ee01",
        ),
        # Fields in order of their numbers, however they are written: 5 before 6.
        (
            NOW,
            f"{NETWORKING}.VirtualService",
            {"exportTo": ["."], "tls": [{}]},
            "2a00 32012e",
        ),
        # A negative number takes ten bytes, as 64 bits have it.
        (NOW, f"{NETWORKING}.RouteDestination", {"weight": -1}, "10ffffffffffffffffff01"),
        # What has its default is not there, but an empty message is, and a member of a oneof.
        (NOW, f"{NETWORKING}.RouteDestination", {"weight": 0, "destination": {}}, "0a00"),
        (NOW, f"{NETWORKING}.StringMatch", {"exact": ""}, "0a00"),
        # An enum by its name; a map of numbers in their order, each entry with key and value.
        (
            NOW,
            "istio.security.v1beta1.PeerAuthentication",
            {"mtls": {"mode": "STRICT"}, "portLevelMtls": {"8080": {}, "80": {}}},
            "12020803 1a0408501200 1a0508903f1200",
        ),
        # Wrappers: one at its default is an empty message.
        (NOW, f"{NETWORKING}.CorsPolicy", {"allowCredentials": True}, "32020801"),
        (NOW, f"{NETWORKING}.CorsPolicy", {"allowCredentials": False}, "3200"),
        # Numbers in a list stand together, behind the length of them all.
        (THEN, "istio.rbac.v1alpha1.AccessRule", {"ports": [80, 8080]}, "4a0350903f"),
        # Field 19 needs two bytes for its tag; a double is eight bytes, the lowest first.
        (
            NOW,
            f"{NETWORKING}.HTTPRoute",
            {"mirrorPercentage": {"value": 1}},
            "9a0109 09000000000000f03f",
        ),
        # Bytes are base64 in JSON.
        (NOW, f"{NETWORKING}.HTTPBody", {"bytes": "aGk="}, "12026869"),
    ],
)
def test_the_bytes_are_those_of_the_specification(
    generation: Generation, message: str, value: dict[str, Any], expected: str
) -> None:
    assert encoder(message, generation).encode(value) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, ""),
        ({"a": None}, "0a07 0a0161 1202 0800"),
        ({"a": 1}, "0a0e 0a0161 1209 11000000000000f03f"),
        ({"b": True, "a": "x"}, "0a08 0a0161 1203 1a0178 0a07 0a0162 1202 2001"),
        ({"a": [{}]}, "0a0b 0a0161 1206 3204 0a02 2a00"),
    ],
)
def test_any_json_has_its_types_with_it(value: dict[str, Any], expected: str) -> None:
    assert struct(value) == bytes.fromhex(expected)
