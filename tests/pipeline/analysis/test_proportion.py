"""Analysis costs what a change concerns, and a finding is short however many it is about."""

from collections.abc import Callable

import pytest
import yaml

from pipeline.analysis.others import MOST
from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
ReadResources = Callable[[str], Change]
MakeEngine = Callable[..., Engine]

COUNT = 40


def manifest(kind: str, name: str, namespace: str, spec: object) -> str:
    described = {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
    return yaml.safe_dump(described)


def gateway(name: str, host: str) -> str:
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": [host]}
    spec = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    return manifest("Gateway", name, "mesh", spec)


def entry(namespace: str, protocol: str = "HTTPS") -> str:
    port = {"number": 443, "name": "port", "protocol": protocol}
    spec = {
        "hosts": ["api.example.com"],
        "exportTo": ["."],
        "ports": [port],
        "addresses": ["10.0.0.1"],
    }
    return manifest("ServiceEntry", "api", namespace, spec)


def route(namespace: str, timeout: str = "1s") -> str:
    rule = {"route": [{"destination": {"host": "api.example.com"}}], "timeout": timeout}
    spec = {"hosts": ["api.example.com"], "exportTo": ["."], "http": [rule]}
    return manifest("VirtualService", "api", namespace, spec)


def rule(namespace: str, mode: str = "SIMPLE") -> str:
    spec = {"host": "api.example.com", "trafficPolicy": {"tls": {"mode": mode}}}
    return manifest("DestinationRule", f"api-{namespace}", namespace, spec)


ALONE = {
    "a host of a gateway": (
        "gateways",
        [gateway(f"g{n}", f"h{n}.example.com") for n in range(COUNT)],
        gateway("g7", "other.example.com"),
    ),
    "a route of a namespace": (
        "mesh-hosts",
        [route(f"n{n}") for n in range(COUNT)],
        route("n7", "2s"),
    ),
    "an entry of a namespace": (
        "service-entries",
        [entry(f"n{n}") for n in range(COUNT)],
        entry("n7", "TLS"),
    ),
    "a rule of a namespace": (
        "destination-rules",
        [rule(f"n{n}") for n in range(COUNT)],
        rule("n7", "MUTUAL"),
    ),
}


@pytest.mark.parametrize(("analyzer", "held", "change"), ALONE.values(), ids=ALONE)
def test_a_change_concerns_nobody_who_does_not_meet_it(
    analyzer: str, held: list[str], change: str, engine_of: MakeEngine, resources: ReadResources
) -> None:
    engine = engine_of()
    engine.apply(resources("---\n".join(held)))
    assert engine.apply(resources(change)).ran[f"analysis/{analyzer}"] == 1


def test_a_gateway_is_served_by_wildcards_of_either_side(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    """Whose host is wider does not matter, as long as they have a name in common."""
    held = [gateway("narrow", "a.b.example.com"), gateway("wide", "*.example.com")]
    spec = {"gateways": ["mesh/narrow", "mesh/wide"], "http": [{"match": [{"port": 80}]}]}
    met = ["*.b.example.com", "*.example.com", "*", "a.b.example.com"]
    for at, host in enumerate(met):
        held.append(manifest("VirtualService", f"v{at}", "mesh", {**spec, "hosts": [host]}))
    missed = {**spec, "hosts": ["*.c.example.com"]}
    held.append(manifest("VirtualService", "missed", "mesh", missed))
    engine = engine_of()
    engine.apply(resources("---\n".join(held)))
    codes = ((finding.diagnostic.key, finding.diagnostic.path) for finding in engine.findings())
    found = [
        (key.name, path[-1]) for key, path in codes if key and path[:2] == ("spec", "gateways")
    ]
    assert found == [("missed", 0)]


def test_a_finding_names_a_few_of_many(engine_of: MakeEngine, resources: ReadResources) -> None:
    engine = engine_of()
    engine.apply(resources("---\n".join(gateway(f"g{n:02}", "*") for n in range(COUNT))))
    found = [each.diagnostic for each in engine.findings() if each.diagnostic.code == "GAL1403"]
    assert len(found) == COUNT
    assert {len(each.related) for each in found} == {MOST}
    assert found[0].message.endswith(
        f"by mesh/g01, mesh/g02, mesh/g03, mesh/g04, mesh/g05, {COUNT - 1 - MOST} more, too."
    )


def test_a_secret_that_is_everywhere_is_told_in_a_few_places(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    """Tools copy a certificate into every namespace, maybe but for the one that needs it."""
    server = {"hosts": ["*"], "tls": {"mode": "SIMPLE", "credentialName": "tls"}}
    spec = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    template = {"metadata": {"labels": {"istio": "ingressgateway"}}}
    runs = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    held = [
        manifest("Gateway", "g", "mesh", spec),
        yaml.safe_dump({**runs, "spec": {"template": template}}),
    ]
    for n in range(COUNT):
        metadata = {"name": "tls", "namespace": f"n{n:02}"}
        held.append(yaml.safe_dump({"apiVersion": "v1", "kind": "Secret", "metadata": metadata}))
    engine = engine_of()
    engine.apply(resources("---\n".join(held)))
    (told,) = [each.diagnostic for each in engine.findings() if each.diagnostic.code == "GAL1901"]
    assert f"n00, n01, n02, n03, n04, {COUNT - MOST} more, and" in told.message
    assert len(told.related) == MOST


def test_a_long_list_of_rules_is_judged_in_time(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    """Compared one by one, these would take longer than a stage may."""
    rules = [
        {"match": [{"uri": {"prefix": f"/shop/{n}/"}}, {"uri": {"exact": f"/shop/{n}"}}]}
        for n in range(5_000)
    ]
    rules.append({"match": [{"uri": {"exact": "/shop/17/cart"}}]})
    spec = {"hosts": ["shop.example.com"], "http": rules}
    engine = engine_of()
    evaluation = engine.apply(resources(manifest("VirtualService", "shop", "shop", spec)))
    assert not evaluation.defects
    (finding,) = evaluation.added
    assert (finding.diagnostic.code, finding.diagnostic.field()) == ("GAL1406", "spec.http[5000]")
    assert "number 18" in finding.diagnostic.message
