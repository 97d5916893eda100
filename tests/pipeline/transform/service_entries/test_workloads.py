"""Labels, localities and identities of endpoints, from the Pods and Nodes behind them."""

from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec

REGION, ZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone"
OLD_REGION = "failure-domain.beta.kubernetes.io/region"
OLD_ZONE = "failure-domain.beta.kubernetes.io/zone"
SUBZONE = "topology.istio.io/subzone"


def test_an_endpoint_has_labels_and_locality_of_its_pod(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    made = mesh().apply(
        service(),
        slice_of(endpoint("10.0.0.1", "cart-1", "n1")),
        pod("cart-1", labels={"app": "cart", "version": "v2"}),
        node("n1", **{REGION: "eu", ZONE: "eu-a"}),
    )
    (told,) = made.spec["endpoints"]
    assert told["labels"] == {"app": "cart", "version": "v2"}
    assert told["locality"] == "eu/eu-a"
    assert made.spec["subjectAltNames"] == ["spiffe://cluster.local/ns/shop/sa/cart"]
    assert made.codes == []


def test_the_entry_follows_its_pods_and_nodes(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1", "cart-1", "n1")))
    assert made.spec["endpoints"] == [{"address": "10.0.0.1", "ports": {"http": 8080}}]
    made.apply(pod("cart-1", labels={"version": "v1"}), node("n1", **{REGION: "eu"}))
    assert made.spec["endpoints"][0]["labels"] == {"version": "v1"}
    assert made.spec["endpoints"][0]["locality"] == "eu"
    made.apply(pod("cart-1", account="other")).remove(node("n1"))
    assert made.spec["subjectAltNames"] == ["spiffe://cluster.local/ns/shop/sa/other"]
    assert "locality" not in made.spec["endpoints"][0]
    made.remove(pod("cart-1"))
    assert "subjectAltNames" not in made.spec


@pytest.mark.parametrize(
    ("labels", "locality"),
    [
        ({REGION: "eu", ZONE: "a", SUBZONE: "rack"}, "eu/a/rack"),
        ({OLD_REGION: "eu", OLD_ZONE: "a"}, "eu/a"),
        ({OLD_REGION: "old", REGION: "new", OLD_ZONE: "a"}, "new/a"),
        ({REGION: "eu"}, "eu"),
        ({ZONE: "a"}, "/a"),
        ({REGION: "eu", SUBZONE: "rack"}, "eu//rack"),
        ({}, None),
    ],
)
def test_a_locality_is_what_the_node_says(
    mesh: Any,
    service: Any,
    slice_of: Any,
    endpoint: Any,
    node: Any,
    labels: dict[str, str],
    locality: str | None,
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1", "", "n1")), node("n1", **labels))
    assert made.spec["endpoints"][0].get("locality") == locality


@pytest.mark.parametrize("said", ["us.b.rack", "us/b/rack"])
def test_a_pod_may_say_its_locality_itself(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any, said: str
) -> None:
    listed = slice_of(endpoint("10.0.0.1", "cart-1", "n1"))
    moved = pod("cart-1", labels={"istio-locality": said})
    made = mesh().apply(service(), listed, moved, node("n1", **{REGION: "eu"}))
    assert made.spec["endpoints"][0]["locality"] == "us/b/rack"


def test_the_node_of_a_pod_is_asked_where_the_endpoint_names_none(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    made = mesh().apply(
        service(),
        slice_of(endpoint("10.0.0.1", "cart-1")),
        pod("cart-1", nodeName="n1"),
        node("n1", **{REGION: "eu"}),
    )
    assert made.spec["endpoints"][0]["locality"] == "eu"


def test_labels_of_the_pod_tell_where_the_node_is_not_known(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    listed = slice_of(endpoint("10.0.0.1", "cart-1", "n1"))
    made = mesh().apply(service(), listed, pod("cart-1", labels={REGION: "eu", ZONE: "a"}))
    assert made.spec["endpoints"][0]["locality"] == "eu/a"
    made.apply(node("n1", **{REGION: "us"}))
    assert made.spec["endpoints"][0]["locality"] == "us"


def test_a_pod_of_another_namespace_may_be_named(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    elsewhere = {
        **endpoint("10.0.0.1"),
        "targetRef": {"kind": "Pod", "namespace": "b", "name": "p"},
    }
    mine, other = pod("p", account="mine"), pod("p", account="other")
    moved = other.with_metadata(key=other.key._replace(namespace="b"), labels={}, annotations={})
    made = mesh().apply(service(), slice_of(elsewhere), mine, moved)
    assert made.spec["subjectAltNames"] == ["spiffe://cluster.local/ns/b/sa/other"]


def test_a_pod_is_found_by_its_address_where_none_is_named(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1")), pod("cart-1", "10.0.0.1"))
    assert made.spec["endpoints"][0]["labels"] == {"app": "cart"}
    made.apply(pod("cart-1", "10.0.0.2"))
    assert "labels" not in made.spec["endpoints"][0]


def test_an_address_that_pods_share_is_nobodys(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1")))
    made.apply(pod("a", "10.0.0.1", hostNetwork=True))
    assert "labels" not in made.spec["endpoints"][0]
    made.apply(pod("b", "10.0.0.1"), pod("c", "10.0.0.1"))
    assert "labels" not in made.spec["endpoints"][0]
    made.apply(pod("c", "10.0.0.1", phase="Succeeded"))
    assert made.spec["endpoints"][0]["labels"] == {"app": "cart"}


def test_a_pod_that_has_ended_is_not_behind_an_address(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    listed = slice_of(endpoint("10.0.0.1", "cart-1"))
    made = mesh().apply(service(), listed, pod("cart-1", phase="Failed"))
    assert made.spec["endpoints"] == [{"address": "10.0.0.1", "ports": {"http": 8080}}]


def test_identities_are_those_of_what_gets_traffic_each_once(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    listed = slice_of(
        endpoint("10.0.0.1", "a"),
        endpoint("10.0.0.2", "b"),
        endpoint("10.0.0.3", "c", ready=False),
        endpoint("10.0.0.4", "d"),
    )
    pods = (
        pod("a", account="z"),
        pod("b", account="y"),
        pod("c", account="x"),
        pod("d", account="z"),
    )
    names = mesh().apply(service(), listed, *pods).spec["subjectAltNames"]
    assert names == [f"spiffe://cluster.local/ns/shop/sa/{name}" for name in "yz"]


def test_kinds_of_which_nothing_is_held_are_named_once(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    def lacks() -> list[str]:
        return [one.message.split(" no ")[-1] for one in made.engine.remarks()]

    made = mesh()
    assert lacks() == []
    made.apply(service())
    assert lacks() == ["EndpointSlices.", "Pods.", "Nodes."]
    made.apply(slice_of(), pod("other"), node("other"))
    assert lacks() == []


def test_what_is_not_there_may_be_elsewhere_where_not_everything_is(
    mesh: Any, service: Any
) -> None:
    spec = EnvironmentSpec(transforms=({"type": "service-entries"},), complete=False)
    engine = Engine(Environment.build(spec))
    engine.apply({service().key: service()})
    assert engine.remarks() == ()


def test_an_entry_names_all_that_it_was_made_from(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any, node: Any
) -> None:
    behind = (slice_of(endpoint("10.0.0.1", "a", "n1"), endpoint("10.0.0.2", "b")), pod("a"))
    made = mesh().apply(service(), *behind, node("n1"), pod("unrelated"))
    (entry,) = (key for key in made.engine.outputs if "Synthetic" in key.collection)
    assert made.engine.parents(entry) == (service().key,)
    found = made.engine.looked_up(entry)
    assert found == tuple(sorted(each.key for each in (*behind, node("n1"))))
    assert made.engine.looked_up(service().key) == ()
    made.remove(service())
    assert made.engine.looked_up(entry) == ()
