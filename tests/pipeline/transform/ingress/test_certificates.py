"""TLS: which certificate is served for which host, and what has no effect."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.ingress.hosts import ByHost

SHOP, BLOG = "shop.example.com", "blog.example.com"


def secured(mesh: Any) -> dict[str, list[str]]:
    """Hosts by the certificate that is served for them."""
    servers = [server for spec in mesh.made("Gateway").values() for server in spec["servers"]]
    return {
        server["tls"]["credentialName"]: server["hosts"]
        for server in servers
        if server["port"]["protocol"] == "HTTPS"
    }


def gateways(mesh: Any, host: str) -> list[str]:
    made = mesh.made("VirtualService").values()
    (names,) = (spec["gateways"] for spec in made if spec["hosts"] == [host])
    return [name.removeprefix("istio-system/") for name in names]


def test_each_certificate_is_served_for_its_hosts(mesh: Any, say: Any) -> None:
    tls = [{"hosts": [SHOP], "secretName": "shop"}, {"hosts": [BLOG], "secretName": "blog"}]
    rules = [say.rule(host, "Prefix /") for host in (SHOP, BLOG)]
    mesh.ingress("a", {"rules": rules, "tls": tls})
    assert secured(mesh) == {"shop": [SHOP], "blog": [BLOG]}
    assert gateways(mesh, SHOP) == [f"ingress-host-{SHOP}", "ingress-tls-shop"]
    assert gateways(mesh, BLOG) == [f"ingress-host-{BLOG}", "ingress-tls-blog"]
    assert mesh.found() == []


def test_a_certificate_of_several_ingresses_is_served_in_one_place(mesh: Any, say: Any) -> None:
    """A browser uses its connection for one of the hosts for the other."""
    for name, host in (("a", SHOP), ("b", BLOG)):
        tls = [{"hosts": [host], "secretName": "both"}]
        mesh.ingress(name, {"rules": [say.rule(host, "Prefix /")], "tls": tls})
    assert secured(mesh) == {"both": [BLOG, SHOP]}
    mesh.take_out("b")
    assert secured(mesh) == {"both": [SHOP]}


def test_a_wildcard_certificate_is_for_the_hosts_it_covers(mesh: Any, say: Any) -> None:
    rules = [say.rule(host, "Prefix /") for host in (SHOP, "example.org", "badexample.com")]
    tls = [{"hosts": ["*.example.com"], "secretName": "wild"}]
    mesh.ingress("a", {"rules": rules, "tls": tls})
    assert secured(mesh) == {"wild": ["*.example.com"]}
    assert "ingress-tls-wild" in gateways(mesh, SHOP)
    assert "ingress-tls-wild" not in gateways(mesh, "example.org")
    assert "ingress-tls-wild" not in gateways(mesh, "badexample.com")
    assert mesh.found() == []


def test_a_certificate_without_hosts_is_for_all_of_the_ingress(mesh: Any, say: Any) -> None:
    rules = [say.rule(host, "Prefix /") for host in (SHOP, BLOG)]
    mesh.ingress("a", {"rules": rules, "tls": [{"secretName": "all"}]})
    assert secured(mesh) == {"all": [BLOG, SHOP]}


def test_a_certificate_serves_rules_without_a_host(mesh: Any, say: Any) -> None:
    tls = [{"hosts": [SHOP], "secretName": "shop"}]
    mesh.ingress("a", {"defaultBackend": say.backend(), "tls": tls})
    assert secured(mesh) == {"shop": [SHOP]}
    assert gateways(mesh, "*") == ["ingress-any", "ingress-tls-shop"]
    assert mesh.found() == []


def test_what_comes_to_nothing_is_told(mesh: Any, say: Any) -> None:
    tls = [{"hosts": [SHOP]}, {"hosts": [SHOP, "other.example.com"], "secretName": "shop"}]
    mesh.ingress("a", {"rules": [say.rule(SHOP, "Prefix /")], "tls": tls})
    assert secured(mesh) == {"shop": [SHOP]}
    assert mesh.codes() == [("GAL0424", "spec.tls[0]"), ("GAL0424", "spec.tls[1]")]


def test_two_certificates_for_a_host_are_told(mesh: Any, say: Any) -> None:
    for name in ("a", "b"):
        tls = [{"hosts": [SHOP], "secretName": name}]
        mesh.ingress(name, {"rules": [say.rule(SHOP, f"Exact /{name}")], "tls": tls})
    found = [each for each in mesh.found() if each.code == "GAL0423"]
    assert [(each.key.name, each.field()) for each in found] == [
        ("a", "spec.tls[0]"),
        ("b", "spec.tls[0]"),
    ]
    assert "certificate a here and b in Ingress shop/b" in found[0].message


def test_two_certificates_for_a_wildcard_are_told_to_those_that_name_them(
    mesh: Any, say: Any
) -> None:
    """They route no host in common."""
    for name, host in (("a", SHOP), ("b", BLOG)):
        tls = [{"hosts": ["*.example.com"], "secretName": name}]
        mesh.ingress(name, {"rules": [say.rule(host, "Prefix /")], "tls": tls})
    found = [each for each in mesh.found() if each.code == "GAL0423"]
    assert [each.key.name for each in found] == ["a", "b"]
    mesh.take_out("a")
    assert mesh.found() == []


hosts = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)
any_hosts = hosts | hosts.map("*.{}".format) | st.just("*")


def covers(wildcard: str, host: str) -> bool:
    return wildcard == "*" or (wildcard.startswith("*.") and host.endswith(wildcard[1:]))


@given(st.lists(any_hosts, max_size=5), any_hosts)
def test_hosts_meet_that_have_a_name_in_common(named: list[str], host: str) -> None:
    meeting = {each for each in named if each == host or covers(each, host) or covers(host, each)}
    assert ByHost((each, each) for each in named).meeting(host) == meeting
