"""What cannot be written is said all at once, each with its place."""

from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation, UnwritableError, encoder
from pipeline.model import Path

NOW, THEN = Generation.TODAY, Generation.ISTIO_1_4
VIRTUAL_SERVICE = "istio.networking.v1alpha3.VirtualService"


def problems(
    value: Any, message: str = VIRTUAL_SERVICE, generation: Generation = NOW
) -> list[tuple[str, Path, Any]]:
    with pytest.raises(UnwritableError) as caught:
        encoder(message, generation).encode(value)
    return [
        (each.message.code, each.path, next(iter(each.facts.values())))
        for each in caught.value.problems
    ]


def test_everything_is_found_at_once() -> None:
    match = {"uri": {"exact": "/a", "prefix": "/b"}, "port": -1}
    headers: dict[str, Any] = {"request": {"set": {"a": 1, "b": "c", "d": []}}}
    found = problems(
        {
            "exportTo": [1, ".", None],
            "export_to": ["*"],
            "hosts": "a",
            "http": [
                {"match": [{}, match], "headers": headers, "redirect": {"derivePort": "NONE"}},
                {"timout": "5s", "timeout": 5},
            ],
        }
    )
    assert [(code, path) for code, path, _ in found] == [
        ("GAL0803", ("exportTo", 0)),
        ("GAL0803", ("exportTo", 2)),
        ("GAL0806", ("export_to",)),
        ("GAL0803", ("hosts",)),
        ("GAL0805", ("http", 0, "match", 1, "uri", "prefix")),
        ("GAL0803", ("http", 0, "match", 1, "port")),
        ("GAL0803", ("http", 0, "headers", "request", "set", "a")),
        ("GAL0803", ("http", 0, "headers", "request", "set", "d")),
        ("GAL0804", ("http", 0, "redirect", "derivePort")),
        ("GAL0802", ("http", 1, "timout")),
        ("GAL0803", ("http", 1, "timeout")),
    ]


@pytest.mark.parametrize(
    ("generation", "field", "hint"),
    [
        (NOW, "timout", "; did you mean timeout"),
        (NOW, "websocketUpgrade", "; it had one in Istio 1.4"),
        (THEN, "direct_response", "; it came later"),
        (THEN, "nothing", ""),
    ],
)
def test_an_unknown_field_is_explained(generation: Generation, field: str, hint: str) -> None:
    with pytest.raises(UnwritableError) as caught:
        encoder(VIRTUAL_SERVICE, generation).encode({"http": [{field: None}]})
    (found,) = caught.value.problems
    assert found.facts == {"holder": "HTTPRoute", "hint": hint}


@pytest.mark.parametrize(
    ("message", "value", "wanted"),
    [
        ("networking.v1alpha3.VirtualService", [], "a mapping"),
        ("networking.v1alpha3.VirtualService", {"hosts": {}}, "a list"),
        ("networking.v1alpha3.Destination", {"host": 5}, "text"),
        ("networking.v1alpha3.HTTPRoute", {"timeout": "5 s"}, "a duration such as 1.5s"),
        ("networking.v1alpha3.HTTPMatchRequest", {"ignoreUriCase": "true"}, "true or false"),
        ("networking.v1alpha3.HTTPMatchRequest", {"sourceLabels": []}, "a mapping"),
        ("networking.v1alpha3.HTTPBody", {"bytes": "a"}, "base64 text"),
        ("networking.v1alpha3.HTTPBody", {"bytes": "äöüä"}, "base64 text"),
        ("networking.v1alpha3.Percent", {"value": True}, "a number"),
        ("networking.v1alpha3.Percent", {"value": "0x1"}, "a number"),
        (
            "networking.v1alpha3.RouteDestination",
            {"weight": 1.5},
            "a whole number from -2147",
        ),
        ("networking.v1alpha3.RouteDestination", {"weight": "+1"}, "a whole number from"),
        ("networking.v1alpha3.PortSelector", {"number": 2**32}, "a whole number from 0 to 429496"),
        ("networking.v1alpha3.PortSelector", {"number": True}, "a whole number from 0"),
        ("networking.v1alpha3.ServiceEntry", {"location": 2**31}, "a value of Location, such as"),
        ("networking.v1alpha3.EnvoyFilter.Patch", {"value": [1]}, "a mapping"),
        ("security.v1beta1.PeerAuthentication", {"portLevelMtls": {"http": {}}}, "a whole number"),
    ],
)
def test_a_value_of_another_type_is_refused(message: str, value: Any, wanted: str) -> None:
    ((code, _, said),) = problems(value, f"istio.{message}")
    assert code == "GAL0803"
    assert said.startswith(wanted)


@pytest.mark.parametrize(
    "time",
    ["2026-02-30T00:00:00Z", "2026-01-31", "2026-01-31T00:00:00", "2026-01-31T25:00:00Z", 5],
)
def test_a_time_is_one_of_rfc_3339(time: Any) -> None:
    message = "istio.mixer.v1.Attributes"
    value = {"attributes": {"a": {"timestampValue": time}}}
    ((code, path, _),) = problems(value, message, THEN)
    assert (code, path) == ("GAL0803", ("attributes", "a", "timestampValue"))


def test_long_values_are_shown_cut_short() -> None:
    with pytest.raises(UnwritableError) as caught:
        encoder(VIRTUAL_SERVICE, NOW).encode({"hosts": "a" * 1000})
    assert len(caught.value.problems[0].facts["value"]) == 60


def test_names_of_another_time_are_told_from_those_that_there_are() -> None:
    message = "istio.networking.v1alpha3.LoadBalancerSettings"
    encoder(message, NOW).encode({"simple": "LEAST_REQUEST"})
    with pytest.raises(UnwritableError) as caught:
        encoder(message, THEN).encode({"simple": "LEAST_REQUEST"})
    (found,) = caught.value.problems
    assert found.facts["choices"] == "ROUND_ROBIN, LEAST_CONN, RANDOM, PASSTHROUGH"


def test_null_chooses_a_member_of_a_oneof_in_istio_1_4_alone() -> None:
    match = "istio.networking.v1alpha3.StringMatch"
    assert encoder(match, THEN).encode({"exact": None}) == b"\x0a\x00"
    assert encoder(match, NOW).encode({"exact": None}) == b""
    assert problems({"exact": None, "prefix": "/"}, match, THEN)[0][0] == "GAL0805"
    method = "istio.authentication.v1alpha1.PeerAuthenticationMethod"
    assert encoder(method, THEN).encode({"mtls": None}) == b"\x0a\x00"
    assert encoder(method, THEN).encode({"jwt": None}) == b""
