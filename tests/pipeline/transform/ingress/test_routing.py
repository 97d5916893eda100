"""What requests go where, and in which order routes are tried."""

from collections.abc import Callable
from typing import Any

import pytest

MakeMesh = Callable[..., Any]

SHOP = "ingress-host-shop.example.com"
WEB = "web.shop.svc.cluster.local"


def test_a_host_becomes_a_gateway_and_a_virtual_service(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /")]})
    assert mesh.made("Gateway") == {
        SHOP: {
            "selector": {"istio": "ingressgateway"},
            "servers": [
                {
                    "hosts": ["shop.example.com"],
                    "port": {"name": "http", "number": 80, "protocol": "HTTP"},
                }
            ],
        }
    }
    assert mesh.made("VirtualService") == {
        SHOP: {
            "hosts": ["shop.example.com"],
            "gateways": [f"istio-system/{SHOP}"],
            "http": [
                {
                    "match": [{"uri": {"prefix": "/"}}],
                    "route": [{"destination": {"host": WEB, "port": {"number": 80}}}],
                }
            ],
        }
    }
    assert mesh.found() == []


@pytest.mark.parametrize(
    ("path", "matched"),
    [
        ("Exact /foo", ["exact /foo"]),
        ("Exact /foo/", ["exact /foo/"]),
        ("Prefix /", ["prefix /"]),
        ("Prefix //", ["prefix /"]),
        ("Prefix /foo", ["exact /foo", "prefix /foo/"]),
        ("Prefix /foo/", ["exact /foo", "prefix /foo/"]),
        ("ImplementationSpecific /foo", ["exact /foo"]),
        ("ImplementationSpecific /foo/*", ["exact /foo", "prefix /foo/"]),
        ("ImplementationSpecific /foo.*", ["prefix /foo"]),
        ("ImplementationSpecific /*", []),
        ("ImplementationSpecific ", []),
    ],
)
def test_a_path_matches_what_its_type_says(
    mesh: Any, say: Any, path: str, matched: list[str]
) -> None:
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", path)]})
    assert mesh.routes(SHOP) == [(matched, f"{WEB}:80")]


def test_a_path_without_a_type_is_specific_to_the_implementation(mesh: Any, say: Any) -> None:
    paths = [{"path": "/foo", "backend": say.backend()}, {"backend": say.backend()}]
    mesh.ingress("a", {"rules": [{"host": "shop.example.com", "http": {"paths": paths}}]})
    assert [matched for matched, _ in mesh.routes(SHOP)] == [["exact /foo"], []]


def test_the_most_specific_path_comes_first_whatever_ingress_it_is_of(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /", "Prefix /foo")]})
    mesh.ingress("b", {"rules": [say.rule("shop.example.com", "Prefix /foo/bar", "Exact /foo")]})
    assert [matched for matched, _ in mesh.routes(SHOP)] == [
        ["exact /foo/bar", "prefix /foo/bar/"],
        ["exact /foo"],
        ["prefix /foo/"],
        ["prefix /"],
    ]
    assert mesh.found() == []


def test_a_destination_is_in_the_namespace_of_its_own_ingress(mesh: Any, say: Any) -> None:
    """The original put all destinations of a host into the namespace of its first Ingress."""
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /")]})
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Exact /blog")]}, namespace="blog")
    assert mesh.routes(SHOP) == [
        (["exact /blog"], "web.blog.svc.cluster.local:80"),
        (["prefix /"], "web.shop.svc.cluster.local:80"),
    ]


def test_a_host_that_is_removed_is_gone(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule(f"{n}.example.com", "Prefix /") for n in "ab"]})
    mesh.ingress("a", {"rules": [say.rule("b.example.com", "Prefix /")]})
    assert list(mesh.made("VirtualService")) == ["ingress-host-b.example.com"]
    assert list(mesh.made("Gateway")) == ["ingress-host-b.example.com"]


def test_an_ingress_that_is_removed_leaves_the_routes_of_the_others(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Exact /a")]})
    mesh.ingress("b", {"rules": [say.rule("shop.example.com", "Exact /b")]})
    mesh.take_out("a")
    assert [matched for matched, _ in mesh.routes(SHOP)] == [["exact /b"]]
    mesh.take_out("b")
    assert mesh.made("VirtualService") == mesh.made("Gateway") == {}


def test_ingresses_with_one_name_in_two_namespaces_do_not_meet(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule("one.example.com", "Prefix /")]}, namespace="one")
    mesh.ingress("a", {"rules": [say.rule("two.example.com", "Prefix /")]}, namespace="two")
    mesh.take_out("a", namespace="two")
    assert list(mesh.made("Gateway")) == ["ingress-host-one.example.com"]


def test_rules_without_a_host_are_for_all_hosts(mesh: Any, say: Any) -> None:
    """Of the same Ingress also for the hosts that it names, after their own rules."""
    rules = [say.rule("shop.example.com", "Exact /a"), say.rule("", "Prefix /long/path")]
    mesh.ingress("a", {"rules": rules})
    assert [matched[0] for matched, _ in mesh.routes(SHOP)] == ["exact /a", "exact /long/path"]
    assert [matched[0] for matched, _ in mesh.routes("ingress-any")] == ["exact /long/path"]
    assert mesh.made("VirtualService")["ingress-any"]["hosts"] == ["*"]


def test_the_default_backend_takes_what_no_rule_of_the_host_matches(mesh: Any, say: Any) -> None:
    rules = [say.rule("shop.example.com", "Exact /a"), {"host": "bare.example.com"}]
    mesh.ingress("a", {"rules": rules, "defaultBackend": say.backend(port=9000)})
    assert mesh.routes(SHOP) == [(["exact /a"], f"{WEB}:80"), ([], f"{WEB}:9000")]
    assert mesh.routes("ingress-host-bare.example.com") == [([], f"{WEB}:9000")]
    assert "ingress-any" not in mesh.made("VirtualService")


def test_the_default_backend_alone_is_for_all_hosts(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"defaultBackend": say.backend()})
    assert mesh.routes("ingress-any") == [([], f"{WEB}:80")]


def test_what_comes_after_everything_is_left_out(mesh: Any, say: Any) -> None:
    rules = [say.rule("shop.example.com", "Prefix /"), say.rule("", "Exact /never")]
    mesh.ingress("a", {"rules": rules, "defaultBackend": say.backend()})
    assert [matched for matched, _ in mesh.routes(SHOP)] == [["prefix /"]]
    assert mesh.found() == []


def test_wildcards_have_names_of_their_own(mesh: Any, say: Any) -> None:
    hosts = ("*.example.com", "wildcard-example.com", "example.com")
    mesh.ingress("a", {"rules": [say.rule(host, "Prefix /") for host in hosts]})
    made = {spec["hosts"][0]: name for name, spec in mesh.made("VirtualService").items()}
    assert made == {
        "*.example.com": "ingress-wildcard-example.com",
        "wildcard-example.com": "ingress-host-wildcard-example.com",
        "example.com": "ingress-host-example.com",
    }


def test_the_longest_host_still_has_a_name(mesh: Any, say: Any) -> None:
    host = ".".join(["a" * 60] * 4) + ".example"
    mesh.ingress("a", {"rules": [say.rule(host, "Prefix /")]})
    (name,) = mesh.made("VirtualService")
    assert len(name) <= 253
    assert name.startswith("ingress-long-host-")


def test_a_named_port_is_that_of_the_service(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /", port="admin")]})
    assert mesh.routes(SHOP) == [(["prefix /"], f"{WEB}:9000")]
    mesh.put(
        "{apiVersion: v1, kind: Service, metadata: {name: web},"
        " spec: {ports: [{name: admin, port: 9001}]}}"
    )
    assert mesh.routes(SHOP) == [(["prefix /"], f"{WEB}:9001")]


def test_the_old_form_is_read_as_well(mesh: Any) -> None:
    mesh.put("""
apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: old, annotations: {kubernetes.io/ingress.class: istio}}
spec:
  backend: {serviceName: web, servicePort: admin}
  rules:
    - host: shop.example.com
      http: {paths: [{path: /a.*, backend: {serviceName: web, servicePort: 80}}]}
""")
    assert mesh.routes(SHOP) == [(["prefix /a"], f"{WEB}:80"), ([], f"{WEB}:9000")]


def test_settings_say_where_and_how(mesh_of: MakeMesh, say: Any) -> None:
    mesh = mesh_of(
        namespace="edge",
        prefix="outer",
        selector={"app": "edge"},
        http_port=8080,
        https_port=8443,
        https_redirect=True,
        credential="{namespace}-{name}",
        domain="example.internal",
    )
    tls = [{"hosts": ["shop.example.com"], "secretName": "cert"}]
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /")], "tls": tls})
    plain, secure = mesh.made("Gateway").values()
    assert plain["selector"] == secure["selector"] == {"app": "edge"}
    (one,), (other,) = plain["servers"], secure["servers"]
    assert (one["port"]["number"], one["tls"]) == (8080, {"httpsRedirect": True})
    assert (other["port"]["number"], other["tls"]["credentialName"]) == (8443, "shop-cert")
    (made,) = mesh.made("VirtualService").values()
    assert made["gateways"] == ["edge/outer-host-shop.example.com", "edge/outer-tls-shop-cert"]
    assert made["http"][0]["route"][0]["destination"]["host"] == "web.shop.svc.example.internal"


def test_the_ingress_goes_or_stays(mesh_of: MakeMesh, say: Any) -> None:
    for keep in (False, True):
        mesh = mesh_of(keep=keep)
        mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Prefix /")]})
        kinds = {key.collection for key in mesh.engine.outputs}
        assert ("networking.k8s.io/Ingress" in kinds) is keep


def test_who_made_what_is_known(mesh: Any, say: Any) -> None:
    mesh.ingress("b", {"rules": [say.rule("shop.example.com", "Exact /b")]})
    mesh.ingress("a", {"rules": [say.rule("shop.example.com", "Exact /a")]}, namespace="blog")
    (key,) = (key for key in mesh.engine.outputs if key.collection.endswith("VirtualService"))
    assert [str(parent) for parent in mesh.engine.parents(key)] == [
        "networking.k8s.io/Ingress/blog/a",
        "networking.k8s.io/Ingress/shop/b",
    ]
