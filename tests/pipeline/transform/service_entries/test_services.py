"""What a Service alone makes of its entry: names, addresses, ports, visibility."""

from typing import Any

import pytest

from pipeline.model import Key, Resource

UNNAMED = {"number": 80, "name": "tcp-80"}


def test_a_service_without_endpoints_passes_traffic_to_its_address(mesh: Any, service: Any) -> None:
    made = mesh().apply(service())
    assert made.spec == {
        "hosts": ["cart.shop.svc.cluster.local"],
        "addresses": ["10.96.0.7"],
        "location": "MESH_INTERNAL",
        "resolution": "NONE",
        "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
    }


def test_the_service_itself_stays_as_it_is(mesh: Any, service: Any) -> None:
    given = service()
    made = mesh().apply(given)
    assert set(made.engine.outputs) == {given.key, made.engine.outputs[_ENTRY].key}
    assert made.engine.outputs[given.key] is given


def test_labels_and_annotations_are_those_of_the_service(mesh: Any, service: Any) -> None:
    entry = mesh().apply(service(labels={"app": "cart"}, annotations={"note": "kept"})).entry
    assert entry.labels == {"app": "cart"}
    assert entry.annotations.items() >= {"note": "kept"}.items()


def test_domains_are_settings(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any, pod: Any
) -> None:
    made = mesh(domain="example.org", trust_domain="mesh.example.org")
    made.apply(service(), slice_of(endpoint("10.0.0.1", "cart-1")), pod("cart-1"))
    assert made.spec["hosts"] == ["cart.shop.svc.example.org"]
    assert made.spec["subjectAltNames"] == ["spiffe://mesh.example.org/ns/shop/sa/cart"]


def test_only_services_that_match_have_an_entry(mesh: Any, service: Any) -> None:
    made = mesh(match={"labels": "mesh=on"})
    assert list(made.apply(service()).engine.outputs) == [_SERVICE]
    assert list(made.apply(service(labels={"mesh": "on"})).engine.outputs) == [_SERVICE, _ENTRY]
    assert list(made.apply(service()).engine.outputs) == [_SERVICE]


def test_a_service_that_goes_takes_its_entry_with_it(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    made = mesh().apply(service(), slice_of(endpoint("10.0.0.1")))
    made.remove(service())
    assert _ENTRY not in made.engine.outputs


def test_a_headless_service_has_no_address_of_its_own(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    made = mesh().apply(service(clusterIP="None"))
    assert (made.spec["addresses"], made.spec["resolution"]) == (["0.0.0.0"], "NONE")
    made.apply(slice_of(endpoint("10.0.0.1")))
    assert (made.spec["addresses"], made.spec["resolution"]) == (["0.0.0.0"], "STATIC")


def test_of_two_families_the_first_address_is_given(mesh: Any, service: Any) -> None:
    """Pilot keeps the last one of several, and the first one is that of the Service."""
    made = mesh().apply(service(clusterIP="10.96.0.7", clusterIPs=["10.96.0.7", "fd00::7"]))
    assert made.spec["addresses"] == ["10.96.0.7"]


def test_a_name_outside_the_cluster_is_looked_up(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    given = service(
        labels={"app": "cart"}, type="ExternalName", externalName="cart.example.net", clusterIP=None
    )
    made = mesh().apply(given, slice_of(endpoint("10.0.0.1"), ports=[{"name": "x", "port": 1}]))
    spec = made.spec
    assert (spec["location"], spec["resolution"]) == ("MESH_EXTERNAL", "DNS")
    assert spec["addresses"] == ["0.0.0.0"]
    ports, labels = {"http": 80}, {"app": "cart"}
    assert spec["endpoints"] == [{"address": "cart.example.net", "ports": ports, "labels": labels}]
    assert (made.waiting, made.codes) == ("", [])


@pytest.mark.parametrize(
    ("port", "protocol"),
    [
        ({"name": "http"}, "HTTP"),
        ({"name": "http-web"}, "HTTP"),
        ({"name": "grpc-web-x"}, "GRPC-Web"),
        ({"name": "grpc-x"}, "GRPC"),
        ({"name": "mongo"}, "Mongo"),
        ({"name": "web"}, None),
        ({"name": "web", "appProtocol": "https"}, "HTTPS"),
        ({"name": "http", "appProtocol": "kubernetes.io/h2c"}, "HTTP2"),
        ({"name": "http", "appProtocol": "kubernetes.io/wss"}, "HTTPS"),
        ({"name": "http", "appProtocol": "example.org/own"}, None),
        ({"name": "db", "port": 3306}, "TCP"),
        ({"name": "http", "protocol": "UDP"}, "UDP"),
    ],
)
def test_a_protocol_is_what_the_service_says(
    mesh: Any, service: Any, port: dict[str, Any], protocol: str | None
) -> None:
    (made,) = mesh().apply(service(ports=[{"port": 80, **port}])).spec["ports"]
    assert made.get("protocol") == protocol


def test_a_port_without_a_name_gets_one(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    """Pilot discards an entry with a port that has none."""
    listed = slice_of(endpoint("10.0.0.1"), ports=[{"port": 8080}])
    spec = mesh().apply(service(ports=[{"port": 80}]), listed).spec
    assert spec["ports"] == [UNNAMED]
    assert spec["endpoints"] == [{"address": "10.0.0.1", "ports": {"tcp-80": 8080}}]


def test_of_two_ports_with_one_number_that_for_tcp_is_kept(
    mesh: Any, service: Any, slice_of: Any, endpoint: Any
) -> None:
    """As the DNS of every cluster has them; Pilot discards an entry with a number twice."""
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53}]
    listed = slice_of(
        endpoint("10.0.0.1"), ports=[{"name": "dns", "port": 53}, {"name": "dns-tcp", "port": 5353}]
    )
    spec = mesh().apply(service(ports=ports), listed).spec
    assert spec["ports"] == [{"number": 53, "name": "dns-tcp", "protocol": "TCP"}]
    assert spec["endpoints"][0]["ports"] == {"dns-tcp": 5353}


def test_what_no_proxy_carries_is_left_out(mesh: Any, service: Any) -> None:
    ports = [{"name": "signal", "port": 36412, "protocol": "SCTP"}, {"name": "http", "port": 80}]
    assert [port["name"] for port in mesh().apply(service(ports=ports)).spec["ports"]] == ["http"]


@pytest.mark.parametrize(
    ("said", "exported", "codes"),
    [
        (".", ["."], []),
        (" * ", ["*"], []),
        ("", None, []),
        (" . , * ,.", ["*", "."], ["GAL0441"]),
        ("team-a", ["team-a"], ["GAL0441"]),
    ],
)
def test_visibility_is_what_the_annotation_says(
    mesh: Any, service: Any, said: str, exported: list[str] | None, codes: list[str]
) -> None:
    given = service(
        annotations={"networking.istio.io/exportTo": said},
        type="ExternalName",
        externalName="a.net",
    )
    made = mesh().apply(given)
    assert made.spec.get("exportTo") == exported
    assert made.codes == codes


@pytest.mark.parametrize(
    "spec",
    [
        {"ports": {"http": 80}},
        {"ports": [{"name": "http"}]},
        {"ports": [{"name": "http", "port": True}]},
        {"ports": [{"name": "http", "port": 70000}]},
        {"ports": [{"name": "HTTP", "port": 80}]},
        {"ports": ["http"]},
        {"ports": [{"name": "http", "port": 80}, {"name": "http", "port": 81}]},
    ],
)
def test_a_misshapen_service_has_no_entry_and_says_why(
    mesh: Any, service: Any, spec: dict[str, Any]
) -> None:
    """A warning: nothing that rests on what is observed keeps a Service back."""
    made = mesh().apply(service(**spec))
    assert _ENTRY not in made.engine.outputs
    (found,) = (one for one in made.engine.findings() if one.diagnostic.code == "GAL0440")
    assert (found.diagnostic.level, found.diagnostic.path[:2]) == ("warning", ("spec", "ports"))


def test_a_service_without_a_spec_says_so(mesh: Any) -> None:
    made = mesh().apply(Resource.build(_SERVICE, "v1", body={}))
    assert made.codes == ["GAL0440"]


_SERVICE = Key("core/Service", "shop", "cart")
_ENTRY = Key("networking.istio.io/SyntheticServiceEntry", "shop", "cart")
