"""Which addresses an entry lists: of several slices, of Endpoints, ready and not."""

from typing import Any

import pytest

from pipeline.model import Key, Resource

HTTP = [{"name": "http", "port": 8080}]


def endpoints(*subsets: dict[str, Any]) -> Resource:
    """The Endpoints object of `cart`."""
    return Resource.build(
        Key("core/Endpoints", "shop", "cart"), "v1", body={"subsets": list(subsets)}
    )


def test_all_slices_of_a_service_count_in_one_order(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    one = slice_of(endpoint("10.0.0.3"), endpoint("10.0.0.1"), name="cart-a")
    other = slice_of(endpoint("10.0.0.2"), name="cart-b")
    made = mesh().apply(service(), one, other)
    assert made.addresses == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    turned = slice_of(endpoint("10.0.0.1"), endpoint("10.0.0.3"), name="cart-a")
    assert mesh().apply(other, turned, service()).entry == made.entry
    assert made.remove(one).addresses == ["10.0.0.2"]


def test_a_slice_of_another_service_or_namespace_does_not_count(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    listed = slice_of(endpoint("10.0.0.1"))
    labels = {"kubernetes.io/service-name": "cart-canary"}
    other = listed.with_metadata(labels=labels, annotations={})
    elsewhere = listed.with_metadata(
        key=listed.key._replace(namespace="infra"), labels=listed.labels, annotations={}
    )
    assert mesh().apply(service(), other, elsewhere).addresses == []


def test_an_address_in_two_slices_is_one_endpoint_ready_if_one_says_so(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    old = slice_of(endpoint("10.0.0.1", ready=False), name="cart-a")
    new = slice_of(endpoint("10.0.0.1", ready=True), name="cart-b")
    made = mesh().apply(service(), old, new)
    assert (made.addresses, made.waiting) == (["10.0.0.1"], "")


def test_ports_of_one_address_come_together(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    """Pilot takes the Service's number for a port that an endpoint does not list."""
    ports = [{"name": "http", "port": 80}, {"name": "grpc", "port": 90}]
    one = slice_of(endpoint("10.0.0.1"), name="cart-a")
    other = slice_of(endpoint("10.0.0.1"), name="cart-b", ports=[{"name": "grpc", "port": 9090}])
    (made,) = mesh().apply(service(ports=ports), one, other).spec["endpoints"]
    assert made["ports"] == {"http": 8080, "grpc": 9090}


def test_two_programs_at_one_address_are_two_endpoints(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    one = slice_of(endpoint("10.0.0.1", "cart-1"), name="cart-a")
    other = slice_of(
        endpoint("10.0.0.1", "cart-2"), name="cart-b", ports=[{"name": "http", "port": 8081}]
    )
    pods = (pod("cart-1", labels={"n": "1"}), pod("cart-2", labels={"n": "2"}))
    made = mesh().apply(service(), one, other, *pods)
    assert [each["ports"] for each in made.spec["endpoints"]] == [{"http": 8080}, {"http": 8081}]
    assert [each["labels"] for each in made.spec["endpoints"]] == [{"n": "1"}, {"n": "2"}]


@pytest.mark.parametrize(
    ("conditions", "addresses", "waiting"),
    [
        ({}, ["10.0.0.1"], ""),
        ({"ready": True}, ["10.0.0.1"], ""),
        ({"ready": False}, [], "10.0.0.1:8080"),
        ({"ready": False, "serving": False}, [], "10.0.0.1:8080"),
        ({"ready": True, "terminating": True}, ["10.0.0.1"], ""),
        ({"ready": False, "serving": True, "terminating": True}, ["10.0.0.1"], ""),
        ({"ready": False, "serving": False, "terminating": True}, [], ""),
    ],
)
def test_conditions_decide_where_traffic_goes(
    mesh: Any,
    service: Any,
    slice_of: Any,
    endpoint: Any,
    conditions: dict[str, bool],
    addresses: list[str],
    waiting: str,
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1", **conditions)))
    assert (made.addresses, made.waiting) == (addresses, waiting)
    assert made.spec["resolution"] == ("STATIC" if addresses else "NONE")


def test_what_is_about_to_end_gets_traffic_only_while_nothing_is_ready(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    ending = endpoint("10.0.0.1", ready=False, serving=True, terminating=True)
    made = mesh().apply(service(), slice_of(ending, endpoint("10.0.0.2", ready=False)))
    assert (made.addresses, made.waiting) == (["10.0.0.1"], "10.0.0.2:8080")
    made.apply(slice_of(ending, endpoint("10.0.0.2", ready=True)))
    assert (made.addresses, made.waiting) == (["10.0.0.2"], "")


def test_every_port_of_what_is_not_ready_is_told(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    ports = [*HTTP, {"name": "grpc", "port": 9090}]
    given = service(ports=[{"name": "http", "port": 80}, {"name": "grpc", "port": 90}])
    four = slice_of(endpoint("10.0.0.1", ready=False), ports=ports)
    six = slice_of(endpoint("fd00::1", ready=False), name="cart-6", family="IPv6")
    made = mesh().apply(given, four, six)
    assert made.waiting == "10.0.0.1:8080,10.0.0.1:9090,[fd00::1]:8080"


def test_names_of_hosts_are_looked_up(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    names = slice_of(endpoint("cart.example.net"), name="cart-n", family="FQDN")
    made = mesh().apply(service(), names, slice_of(endpoint("10.0.0.1")))
    assert made.addresses == ["10.0.0.1", "cart.example.net"]
    assert (made.spec["resolution"], made.spec["location"]) == ("DNS", "MESH_INTERNAL")


def test_endpoints_count_only_where_there_is_no_slice(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    old = endpoints(
        {
            "addresses": [{"ip": "10.0.0.1"}],
            "notReadyAddresses": [{"ip": "10.0.0.2"}],
            "ports": HTTP,
        }
    )
    made = mesh().apply(service(), old)
    assert (made.addresses, made.waiting) == (["10.0.0.1"], "10.0.0.2:8080")
    listed = slice_of(endpoint("10.0.0.9"))
    assert (made.apply(listed).addresses, made.waiting) == (["10.0.0.9"], "")
    assert made.remove(listed).addresses == ["10.0.0.1"]


def test_subsets_with_one_address_are_one_endpoint(mesh: Any, service: Any) -> None:
    address = [{"ip": "10.0.0.1"}]
    old = endpoints(
        {"addresses": address, "ports": HTTP},
        {"addresses": address, "ports": [{"name": "grpc", "port": 9090}]},
    )
    given = service(ports=[{"name": "http", "port": 80}, {"name": "grpc", "port": 90}])
    (made,) = mesh().apply(given, old).spec["endpoints"]
    assert made["ports"] == {"http": 8080, "grpc": 9090}


def test_endpoints_of_other_ports_are_left_out_and_named(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    made = mesh().apply(
        service(), slice_of(endpoint("10.0.0.1"), ports=[{"name": "web", "port": 1}])
    )
    assert (made.addresses, made.codes) == ([], ["GAL0442"])
    made.apply(slice_of(endpoint("10.0.0.1")))
    assert (made.addresses, made.codes) == (["10.0.0.1"], [])


def test_a_headless_service_without_ports_has_endpoints_without(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    made = mesh().apply(
        service(clusterIP="None", ports=None), slice_of(endpoint("10.0.0.1"), ports=[])
    )
    assert made.spec["endpoints"] == [{"address": "10.0.0.1"}]


@pytest.mark.parametrize(
    "body",
    [
        {"endpoints": {"a": 1}, "ports": "http"},
        {"endpoints": [None, {"addresses": []}, {"addresses": [7]}, {"addresses": "x"}]},
        {
            "endpoints": [{"addresses": ["10.0.0.1"], "conditions": 3, "targetRef": []}],
            "ports": [1],
        },
    ],
)
def test_a_misshapen_slice_is_as_good_as_an_empty_one(
    mesh: Any, service: Any, slice_of: Any, body: dict[str, Any]
) -> None:
    given = slice_of()
    odd = Resource.build(given.key, given.api_version, labels=given.labels, body=body)
    assert mesh().apply(service(), odd).addresses == []
