"""What a difference affects, as people read it."""

from typing import Any

from galley.cli.affected import lines


def names(*some: str, total: int = 0) -> dict[str, Any]:
    return {"names": list(some), "total": total or len(some)}


def test_each_sort_is_a_line() -> None:
    key = "networking.istio.io/Gateway/edge/public"
    assert list(lines({"hosts": names("a", "b"), "gateways": names(key), "callers": names()})) == [
        ("hosts", "a, b"),
        ("gateways", "Gateway/edge/public"),
    ]


def test_whole_namespaces_and_the_whole_mesh_are_told_as_such() -> None:
    assert dict(lines({"namespaces": names("shop", "edge"), "callers": names("shop")})) == {
        "namespaces": "every workload in shop, edge",
        "callers": "calls from shop",
    }
    assert dict(lines({"namespaces": names("*"), "callers": names("*")})) == {
        "namespaces": "every workload of the mesh",
        "callers": "calls from every namespace",
    }


def test_of_many_the_first_are_named() -> None:
    hosts = names(*(f"h{number}" for number in range(100)), total=1234)

    assert list(lines({"hosts": hosts, "partial": True})) == [
        ("hosts", "h0, h1, h2, h3, h4, h5 and 1,228 more"),
        ("and more", "the difference is too large to look at all of it"),
    ]
