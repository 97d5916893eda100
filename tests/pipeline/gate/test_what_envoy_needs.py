"""A cluster that routes still name cannot be deleted; together with the routes it can."""

from typing import Any

from pipeline.model import Key, Removed, Resource

CLUSTER = Key("envoy.config.cluster/Cluster", "", "web")
ROUTES = Key("envoy.config.route/RouteConfiguration", "", "edge")


def cluster() -> Resource:
    return Resource.build(CLUSTER, "envoy.config.cluster/v3", body={"spec": {"name": "web"}})


def routes(name: str) -> Resource:
    rules = [{"match": {"prefix": "/"}, "route": {"cluster": name}}]
    spec = {"name": "edge", "virtual_hosts": [{"name": "a", "domains": ["*"], "routes": rules}]}
    return Resource.build(ROUTES, "envoy.config.route/v3", body={"spec": spec})


def test_a_cluster_that_is_still_named_is_not_deleted(bench: Any, say: Any) -> None:
    bench.say(say.read("cluster.yaml", cluster()), say.read("routes.yaml", routes("web")))
    assert not bench.publish().refused
    bench.say(Removed("cluster.yaml"))
    (refused,) = bench.publish().refused
    assert refused.unit.locator == "cluster.yaml"
    assert [(each.code, each.key) for each in refused.diagnostics] == [("GAL2001", ROUTES)]
    assert bench.ledger.live.keys() == {CLUSTER, ROUTES}
    bench.say(Removed("routes.yaml"))
    assert not bench.publish().refused
    assert not bench.ledger.live


def test_routes_to_a_cluster_that_is_not_there_wait_for_it(bench: Any, say: Any) -> None:
    bench.say(say.read("routes.yaml", routes("web")))
    assert bench.publish().refused
    bench.say(say.read("cluster.yaml", cluster()))
    assert not bench.publish().refused
    assert bench.ledger.live.keys() == {CLUSTER, ROUTES}
