"""Schemas of a channel out of a cluster and out of a repository, as they change there."""

import copy
import json
import urllib.error
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.server import CRDS, Cluster, free_port
from tests.journeys.team import Team

Wait = Callable[..., Awaitable[Any]]
NAME = "gauges.followed.example.com"
SELECTED = {"suite": "followed"}
SMALL = {"rule": "self.number < 10", "message": "the number is too large"}


def crd(*rules: dict[str, str]) -> dict[str, Any]:
    """Gauges, which have a number, under these rules."""
    spec: dict[str, Any] = {"type": "object", "properties": {"number": {"type": "integer"}}}
    if rules:
        spec["x-kubernetes-validations"] = list(rules)
    root = {"type": "object", "properties": {"spec": spec}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": NAME, "labels": SELECTED},
        "spec": {
            "group": "followed.example.com",
            "scope": "Namespaced",
            "names": {"plural": "gauges", "singular": "gauge", "kind": "Gauge"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": root},
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def gauge(name: str, number: object) -> dict[str, Any]:
    return {
        "apiVersion": "followed.example.com/v1",
        "kind": "Gauge",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"number": number},
    }


class Gauges:
    """The kind in a cluster, and its objects."""

    path = "/apis/followed.example.com/v1/namespaces/default/gauges"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def define(self, *rules: dict[str, str]) -> None:
        self._patch(f"{CRDS}/{NAME}", crd(*rules))

    def put(self, name: str, number: object) -> None:
        self._patch(f"{self.path}/{name}", gauge(name, number))

    def patch(self, path: str, change: dict[str, Any]) -> Any:
        kind = "application/merge-patch+json"
        return self.cluster.request("PATCH", f"{CRDS}/{NAME}{path}", change, kind)

    def _patch(self, path: str, said: dict[str, Any]) -> None:
        asked = f"{path}?fieldManager=ann&force=true"
        self.cluster.request("PATCH", asked, said, "application/apply-patch+yaml")

    def served(self) -> bool:
        try:
            self.cluster.request("GET", self.path)
        except urllib.error.HTTPError:
            return False
        return True


@pytest.fixture
async def gauges(cluster: Cluster, wait_until: Wait) -> Any:
    """The kind, without rules, and one object of it."""
    made = Gauges(cluster)
    made.define()
    await wait_until(made.served)
    made.put("old", 50)
    yield made
    cluster.request("DELETE", f"{CRDS}/{NAME}")
    await wait_until(lambda: not made.served())


@pytest.fixture
async def followed(make_service: Any, gauges: Gauges) -> Any:
    """A service that reads the objects and their schema from the cluster, and files besides."""
    service = make_service(
        policies=[],
        sources=[
            {"name": "files", "type": "files", "path": "./config", "rescan": "1s"},
            {
                "name": "objects",
                "type": "kubernetes",
                "kubeconfig": "./kubeconfig",
                "kinds": ["followed.example.com/Gauge"],
            },
        ],
        schemas=[
            {
                "name": "cluster-crds",
                "type": "kubernetes",
                "kubeconfig": "./kubeconfig",
                "labels": "suite=followed",
            }
        ],
    )
    (service.folder / "kubeconfig").write_text(gauges.cluster.kubeconfig().read_text())
    await service.start()
    await service.live(1)
    return service


async def environment(service: Any) -> str:
    return str((await service.get(""))["environment"])


async def source(service: Any, name: str) -> dict[str, Any]:
    return next(each for each in await service.get("/sources") if each["name"] == name)


async def test_a_definition_that_is_tightened_in_its_cluster_is_in_force_here(
    followed: Any, gauges: Gauges, wait_until: Wait
) -> None:
    """What the API server accepted before is shown and carried; what is new is refused. A cluster
    that is down at the next start takes no schema away."""
    before = await environment(followed)
    gauges.define(SMALL)

    found = await followed.shows("GAL0308")
    assert (found["state"], found["source"]) == ("carried", "objects")
    assert "the number is too large" in found["message"]
    assert await followed.names() == {"old"}
    tightened = await environment(followed)
    assert tightened != before

    followed.write("new.yaml", json.dumps(gauge("new", 20)))
    await wait_until(lambda: refused(followed, "new.yaml"))

    await followed.stop()
    down(followed.folder / "kubeconfig", gauges.cluster)
    await followed.start()
    await wait_until(lambda: refused(followed, "new.yaml"))
    assert await environment(followed) == tightened
    assert await followed.names() == {"old"}
    found = await source(followed, "cluster-crds")
    assert (found["state"], found["gives"], found["resources"]) == ("failing", "schemas", 1)
    assert found["problem"]["code"] == "GAL1301"
    _, told = await followed.cli("sources")
    assert "kubernetes, schemas" in told


async def refused(service: Any, file: str) -> bool:
    found = await service.get("/diagnostics")
    return any(each["code"] == "GAL0308" and each["file"] == file for each in found)


def down(kubeconfig: Path, cluster: Cluster) -> None:
    """Let a kubeconfig lead to where nobody listens."""
    said = kubeconfig.read_text()
    kubeconfig.write_text(said.replace(f":{cluster.port}", f":{free_port()}"))


async def test_what_a_cluster_writes_into_a_definition_changes_nothing(
    followed: Any, gauges: Gauges, wait_until: Wait
) -> None:
    before = await environment(followed)
    reason = {"type": "NonStructuralSchema", "status": "False", "reason": "Test", "message": ""}
    known = gauges.cluster.request("GET", f"{CRDS}/{NAME}")["status"]
    status = {"conditions": [*known["conditions"], reason]}
    changed = gauges.patch("/status", {"status": status})
    assert "NonStructuralSchema" in json.dumps(changed["status"])
    gauges.patch("", {"metadata": {"annotations": {"seen": "today"}}})
    gauges.patch("", {"metadata": {"labels": {"suite": "other"}}})

    kept = await followed.shows("GAL0315")

    assert f"cluster-crds: customresourcedefinitions/{NAME}" in kept["message"]
    assert await environment(followed) == before
    gauges.patch("", {"metadata": {"labels": SELECTED}})
    await wait_until(lambda: whole(followed))
    assert await environment(followed) == before
    assert followed.log.count("is in force") == 1


async def whole(service: Any) -> bool:
    return not await service.get("/diagnostics")


@pytest.fixture
def reader(cluster: Cluster) -> Iterator[Callable[[], None]]:
    """Lets the reader list and watch definitions, once it is called."""
    roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    bindings = roles.removesuffix("s") + "bindings"
    group = "rbac.authorization.k8s.io"
    rule = {
        "apiGroups": ["apiextensions.k8s.io"],
        "resources": ["customresourcedefinitions"],
        "verbs": ["list", "watch"],
    }
    binding = {
        "metadata": {"name": "definitions"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "definitions"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "reader"}],
    }
    role: dict[str, Any] = {"metadata": {"name": "definitions"}, "rules": []}
    cluster.request("POST", bindings, binding)
    cluster.request("POST", roles, role)
    yield lambda: cluster.request("PUT", f"{roles}/definitions", {**role, "rules": [rule]})
    cluster.request("DELETE", f"{bindings}/definitions")
    cluster.request("DELETE", f"{roles}/definitions")


async def test_definitions_that_may_not_be_read_are_waited_for(
    make_service: Any, gauges: Gauges, reader: Callable[[], None], wait_until: Wait
) -> None:
    """To list and to watch them is all that it takes."""
    schemas = {"name": "crds", "type": "kubernetes", "kubeconfig": "./kubeconfig"}
    service = make_service(policies=[], schemas=[schemas])
    kubeconfig = gauges.cluster.kubeconfig(gauges.cluster.reader)
    (service.folder / "kubeconfig").write_text(kubeconfig.read_text())
    service.write("new.yaml", json.dumps(gauge("new", "many")))
    service.write("other.yaml", json.dumps(gauge("other", 1)))
    await service.start()

    found = await service.shows("GAL1304")
    assert "customresourcedefinitions" in found["message"]
    assert await service.shows("GAL0714")
    assert await service.version() == 0

    reader()
    await service.live(1)
    assert await service.names() == {"other"}
    assert (await service.shows("GAL0303"))["file"] == "new.yaml"


async def test_validate_asks_a_cluster_for_its_definitions(
    followed: Any, gauges: Gauges, monkeypatch: pytest.MonkeyPatch
) -> None:
    gauges.define(SMALL)
    followed.write("new.yaml", json.dumps(gauge("new", 20)))
    monkeypatch.setenv("KUBECONFIG", str(followed.folder / "kubeconfig"))

    code, told = await followed.cli(
        "validate", str(followed.config / "new.yaml"), "--schemas", "kube://test"
    )

    assert code == 1
    assert "error GAL0308 Gauge/default/new" in told


def deployment(field: str) -> str:
    spec = {"selector": {}, "template": {"spec": {"containers": [{"name": "a", field: "b:1"}]}}}
    metadata = {"name": "shop", "namespace": "default"}
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
    return json.dumps({**head, "spec": spec})


async def test_kinds_of_the_clusters_own_are_judged_by_what_it_publishes(
    make_service: Any, cluster: Cluster
) -> None:
    """Also after a restart while it is down."""
    schemas = {"name": "prod", "type": "kubernetes", "kubeconfig": "./kubeconfig"}
    service = make_service(policies=[], schemas=[schemas])
    (service.folder / "kubeconfig").write_text(cluster.kubeconfig().read_text())
    service.write("good.yaml", deployment("image").replace("shop", "good"))
    service.write("bad.yaml", deployment("imagee"))
    await service.start()
    await service.live(1)
    assert (await service.shows("GAL0301"))["file"] == "bad.yaml"
    assert await service.names() == {"good"}
    before = await environment(service)

    await service.stop()
    down(service.folder / "kubeconfig", cluster)
    await service.start()

    found = await service.shows("GAL0301")
    assert found["message"].count("spec.template.spec.containers[0].imagee") == 1
    assert await environment(service) == before


@pytest.fixture
def team(tmp_path: Path) -> Team:
    made = Team(tmp_path / "repository")
    (made.path / "crds").mkdir()
    made.commit("first", **{"crds/gauge": yaml.safe_dump(crd()), "values": "replicas: 1\n"})
    return made


@pytest.fixture
async def at_a_commit(make_service: Any, team: Team) -> Any:
    """A service that takes its schemas from the team's repository, with one Gauge live."""
    api = {"name": "api", "type": "git", "url": "./repository", "path": "crds", "interval": "200ms"}
    service = make_service(policies=[], schemas=[api])
    service.write("old.yaml", json.dumps(gauge("old", 50)))
    await service.start()
    await service.live(1)
    return service


async def test_definitions_follow_their_repository(
    at_a_commit: Any, team: Team, wait_until: Wait
) -> None:
    """A commit that breaks a definition changes nothing until it is mended; one that changes none
    is no other environment."""
    before = await environment(at_a_commit)
    commit = team.commit("elsewhere", values="replicas: 2\n")
    await wait_until(lambda: arrived(at_a_commit, commit))
    assert await environment(at_a_commit) == before

    broken = copy.deepcopy(crd(SMALL))
    del broken["spec"]["versions"]
    bad = team.commit("bad", **{"crds/gauge": yaml.safe_dump(broken)})
    found = await at_a_commit.shows("GAL0311")
    assert (found["source"], found["file"], found["revision"]) == ("api", "crds/gauge.yaml", bad)
    assert await environment(at_a_commit) == before

    team.commit("mended", **{"crds/gauge": yaml.safe_dump(crd(SMALL))})
    found = await at_a_commit.shows("GAL0308")
    assert found["state"] == "carried"
    assert await at_a_commit.names() == {"old"}
    assert await environment(at_a_commit) != before


async def arrived(service: Any, commit: str) -> bool:
    found = await source(service, "api")
    return bool(found["accepted_revision"] == commit)
