"""What is wrong with Ingresses is told where it is, and the rest is routed all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.model import Key, Level

MakeMesh = Callable[..., Any]

PATHS = "spec.rules[0].http.paths[0]"
SHOP = "shop.example.com"


def path(**given: Any) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    held = {"path": "/", "pathType": "Prefix", "backend": backend, **given}
    return {"rules": [{"host": SHOP, "http": {"paths": [held]}}]}


def service(**given: Any) -> dict[str, Any]:
    return path(backend={"service": {"name": "web", "port": {"number": 80}, **given}})


BROKEN: list[tuple[Any, str, str]] = [
    (path(path="shop"), "GAL0420", f"{PATHS}.path"),
    (path(path=7), "GAL0420", f"{PATHS}.path"),
    (path(pathType="prefix"), "GAL0420", f"{PATHS}.pathType"),
    (path(pathType=""), "GAL0420", f"{PATHS}.pathType"),
    (path(pathType=[]), "GAL0420", f"{PATHS}.pathType"),
    (path(backend=None), "GAL0420", f"{PATHS}.backend"),
    (path(backend="web"), "GAL0420", f"{PATHS}.backend"),
    (path(backend={"resource": {"kind": "X"}}), "GAL0420", f"{PATHS}.backend.resource"),
    (service(name="Web"), "GAL0420", f"{PATHS}.backend"),
    (service(port={}), "GAL0420", f"{PATHS}.backend"),
    (service(port={"number": 70000}), "GAL0420", f"{PATHS}.backend"),
    (service(port={"number": True}), "GAL0420", f"{PATHS}.backend"),
    (service(port={"name": "nope"}), "GAL0421", f"{PATHS}.backend"),
    (service(port={"number": 81}), "GAL0421", f"{PATHS}.backend"),
    (service(name="gone", port={"name": "http"}), "GAL0421", f"{PATHS}.backend"),
    ({"rules": [{"host": "Shop.example.com"}]}, "GAL0420", "spec.rules[0].host"),
    ({"rules": [{"host": "10.0.0.1"}]}, "GAL0420", "spec.rules[0].host"),
    ({"rules": [{"host": "a.*.com"}]}, "GAL0420", "spec.rules[0].host"),
    ({"rules": [{"host": 7}]}, "GAL0420", "spec.rules[0].host"),
    ({"rules": ["shop"]}, "GAL0420", "spec.rules[0]"),
    ({"rules": {"host": SHOP}}, "GAL0420", "spec.rules"),
    ({"rules": [{"http": []}]}, "GAL0420", "spec.rules[0].http"),
    ({"rules": [{"http": {"paths": {}}}]}, "GAL0420", "spec.rules[0].http.paths"),
    ({"rules": [{"http": {"paths": [7]}}]}, "GAL0420", PATHS),
    ({"defaultBackend": 7}, "GAL0420", "spec.defaultBackend"),
    ({"tls": [7]}, "GAL0420", "spec.tls[0]"),
    ({"tls": 7}, "GAL0420", "spec.tls"),
    ({"tls": [{"hosts": "a"}]}, "GAL0420", "spec.tls[0].hosts"),
    ({"tls": [{"hosts": ["A"]}]}, "GAL0420", "spec.tls[0].hosts"),
    ({"tls": [{"secretName": "A"}]}, "GAL0420", "spec.tls[0].secretName"),
]


@pytest.mark.parametrize(("spec", "code", "field"), BROKEN)
def test_what_is_broken_is_told_where_it_is(
    mesh: Any, say: Any, spec: Any, code: str, field: str
) -> None:
    mesh.ingress("a", spec)
    assert (code, field) in mesh.codes()
    assert all(each.key.name == "a" for each in mesh.found())


def test_a_spec_that_is_no_map_is_told(mesh_of: MakeMesh) -> None:
    mesh = mesh_of(mode="default")
    mesh.put("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: [1]}")
    assert mesh.codes() == [("GAL0420", "spec")]


def test_the_rest_is_routed(mesh: Any, say: Any) -> None:
    rules = [say.rule("Bad", "Prefix /"), say.rule(SHOP, "Prefix /", "prefix /x")]
    mesh.ingress("a", {"rules": rules})
    assert list(mesh.made("VirtualService")) == [f"ingress-host-{SHOP}"]
    assert len(mesh.routes(f"ingress-host-{SHOP}")) == 1


def test_a_service_that_goes_is_blamed(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /", port="http")]})
    gone = Key("core/Service", "shop", "web")
    blocking = [f for f in mesh.engine.apply({gone: None}).added if f.diagnostic.blocking]
    assert [finding.diagnostic.code for finding in blocking] == ["GAL0421"]
    assert gone in blocking[0].blames


def test_what_is_found_while_joining_is_suppressed_by_the_ingress_that_it_is_about(
    mesh: Any, say: Any
) -> None:
    """Also where its share in what is joined stays as it is."""
    known = {"galley.dev/suppress": "GAL0422 it is being moved"}
    routed = {"rules": [say.rule(SHOP, "Prefix /foo", port=9000)]}
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /foo")]})
    mesh.ingress("b", routed)
    (gone,) = mesh.ingress("b", routed, annotations=known).removed
    assert (gone.diagnostic.code, mesh.found()) == ("GAL0422", [])
    (come,) = mesh.ingress("b", routed).added
    assert come.diagnostic.code == "GAL0422"


def test_a_path_of_two_ingresses_is_told_to_the_second(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /foo")]})
    mesh.ingress("b", {"rules": [say.rule(SHOP, "Exact /b", "Prefix /foo/", port=9000)]})
    (found,) = mesh.found()
    assert (found.code, found.key.name) == ("GAL0422", "b")
    assert found.field() == "spec.rules[0].http.paths[1]"
    assert [key.name for key in found.related] == ["a"]
    mesh.take_out("a")
    assert mesh.found() == []


def test_the_same_backend_twice_is_no_matter(mesh: Any, say: Any) -> None:
    for name in ("a", "b"):
        mesh.ingress(name, {"rules": [say.rule(SHOP, "Prefix /foo")]})
    assert mesh.found() == []
    assert len(mesh.routes(f"ingress-host-{SHOP}")) == 1


def test_a_default_backend_twice_is_told(mesh: Any, say: Any) -> None:
    mesh.ingress("a", {"defaultBackend": say.backend()})
    mesh.ingress("b", {"defaultBackend": say.backend(port=9000)})
    (found,) = mesh.found()
    assert found.message.startswith("Every host has two backends for every other path")
    assert found.field() == "spec.defaultBackend"


@pytest.mark.parametrize(
    ("setting", "level"), [("allow", None), ("warn", Level.WARNING), ("refuse", Level.ERROR)]
)
def test_a_host_of_two_namespaces(
    mesh_of: MakeMesh, say: Any, setting: str, level: Level | None
) -> None:
    mesh = mesh_of(across_namespaces=setting)
    mesh.put("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: blog}}")
    for namespace in ("shop", "blog"):
        mesh.ingress(
            "a",
            {"rules": [say.rule(SHOP, f"Exact /{namespace}", service="other")]},
            namespace=namespace,
        )
    found = [each for each in mesh.found() if each.code == "GAL0425"]
    assert {each.level for each in found} == ({level} if level else set())
    if level:
        assert [each.key.namespace for each in found] == ["blog", "shop"]
        assert [each.related[0].namespace for each in found] == ["shop", "blog"]


def test_a_resource_of_that_name_is_left_alone(mesh: Any, say: Any) -> None:
    mesh.put(f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: ingress-host-{SHOP}, namespace: istio-system}}
spec: {{hosts: [mine.example.com], http: []}}
""")
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /")]})
    assert mesh.made("VirtualService")[f"ingress-host-{SHOP}"]["hosts"] == ["mine.example.com"]
    assert "GAL1003" in {each.code for each in mesh.found()}


def test_a_finding_on_what_was_made_says_so(mesh: Any, say: Any) -> None:
    """It has no field: those of a VirtualService are none of an Ingress."""
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /", service="gone")]})
    (found,) = mesh.found()
    assert (found.code, found.key.name, found.path) == ("GAL0603", "a", ())
    made = f"networking.istio.io/VirtualService/istio-system/ingress-host-{SHOP}"
    assert found.message.startswith(f"In {made}, made from this: ")
