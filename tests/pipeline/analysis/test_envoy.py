"""Findings about Envoy's resources: how sure they are, and what a change costs."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pipeline.analysis.envoy.spelling import held, spelled, spellings
from pipeline.engine import Engine
from pipeline.model import Key, Level
from tests.pipeline.analysis.conftest import Change

Read = Callable[[str], Change]
MakeEngine = Callable[..., Engine]

COUNT = 20


def manifest(kind: str, name: str, spec: dict[str, Any], within: str = "name") -> str:
    group, _, short = kind.rpartition("/")
    described = {
        "apiVersion": f"envoy.{group}/v3",
        "kind": short,
        "metadata": {"name": name, "namespace": ""},
        "spec": {within: name, **spec},
    }
    return yaml.safe_dump(described)


def cluster(name: str, timeout: str = "1s") -> str:
    config: dict[str, Any] = {"eds_config": {"ads": {}}}
    spec = {"type": "EDS", "connect_timeout": timeout, "eds_cluster_config": config}
    return manifest("config.cluster/Cluster", name, spec)


def endpoints(name: str, priority: int = 0) -> str:
    spec = {"endpoints": [{"priority": priority}]}
    return manifest("config.endpoint/ClusterLoadAssignment", name, spec, "cluster_name")


def routes(name: str, to: str) -> str:
    host = {"name": "all", "routes": [{"match": {"prefix": "/"}, "route": {"cluster": to}}]}
    return manifest("config.route/RouteConfiguration", name, {"virtual_hosts": [host]})


def listener(name: str, port: int) -> str:
    spec = {"address": {"socket_address": {"address": "::", "port_value": port}}}
    return manifest("config.listener/Listener", name, spec)


def everything() -> str:
    parts = [(cluster(f"c{n}"), endpoints(f"c{n}"), routes(f"r{n}", f"c{n}")) for n in range(COUNT)]
    return "---\n".join(
        [*(each for part in parts for each in part), *(listener(f"l{n}", n) for n in range(1, 9))]
    )


@pytest.mark.parametrize(
    ("change", "analyzer", "most"),
    [
        (cluster("c7", "2s"), "envoy-references", 2),
        (cluster("c7", "2s"), "envoy-endpoints", 2),
        (endpoints("c7", 1), "envoy-endpoints", 2),
        (routes("r7", "c8"), "envoy-references", 1),
        (listener("l7", 80), "envoy-listeners", 1),
    ],
)
def test_a_change_is_looked_at_where_it_is_named(
    change: str, analyzer: str, most: int, engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of(complete=True)
    engine.apply(resources(everything()))
    assert not list(engine.findings())
    evaluation = engine.apply(resources(change))
    assert not evaluation.added
    assert 1 <= evaluation.ran[f"analysis/{analyzer}"] <= most


def test_what_breaks_by_a_deletion_names_what_was_deleted(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of(complete=True)
    engine.apply(resources(everything()))
    gone = Key("envoy.config.cluster/Cluster", "", "c7")
    (route, unused) = sorted(
        (each.diagnostic for each in engine.apply({gone: None}).added), key=lambda each: each.code
    )
    assert (route.code, route.blocking, route.related) == ("GAL2001", True, (gone,))
    assert (unused.code, unused.blocking) == ("GAL2004", False)


def test_a_part_of_the_configuration_can_only_raise_doubts(
    engine_of: MakeEngine, resources: Read
) -> None:
    engine = engine_of(complete=False)
    engine.apply(resources("---\n".join([routes("r", "c"), cluster("b")])))
    found = [each.diagnostic for each in engine.findings()]
    assert {each.code for each in found} == {"GAL2001", "GAL2003"}
    assert {each.level for each in found} == {Level.INFO}


def test_a_cluster_of_the_bootstrap_can_be_excused(engine_of: MakeEngine, resources: Read) -> None:
    excuse = {
        "code": "GAL2001",
        "match": {"kinds": ["RouteConfiguration"]},
        "reason": "it is static",
    }
    engine = engine_of(complete=True, suppressions=(excuse,))
    engine.apply(resources(routes("r", "static")))
    assert not any(each.diagnostic.blocking for each in engine.findings())


def test_a_field_is_found_under_either_name() -> None:
    assert held({"clusterName": "a"}, "cluster_name") == "a"
    assert held({"cluster_name": "a", "clusterName": "b"}, "cluster_name") == "a"
    assert held({"a_b": {"cD": 1}}, "a_b", "c_d") == 1
    assert held([], "a") is None
    assert spelled({"clusterName": "a"}, "cluster_name") == "clusterName"
    assert spelled({}, "cluster_name") == "cluster_name"
    assert list(spellings("a_b.*.c")) == ["a_b.*.c", "aB.*.c"]
