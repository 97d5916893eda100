"""How a source gets into its cluster: by an exec plugin, from within, into several at once."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes.aio.config import incluster_config

from tests.cluster.server import ADMIN, GROUP, Cluster, running
from tests.sources.kubernetes.conftest import Space

RBAC = "rbac.authorization.k8s.io"


def plugin(folder: Path, token: str) -> Path:
    """A program that gives a token, as those of cloud providers do, and counts its calls."""
    said = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token},
    }
    program = folder / "give-token"
    program.write_text(f"#!/bin/sh\necho x >> {folder}/calls\necho '{json.dumps(said)}'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def with_plugin(cluster: Cluster, folder: Path, token: str) -> Path:
    path = cluster.kubeconfig()
    config = json.loads(path.read_text())
    config["users"][0]["user"] = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(plugin(folder, token)),
            "interactiveMode": "Never",
        }
    }
    path.write_text(json.dumps(config))
    return path


async def test_an_exec_plugin_gives_the_token(
    attend: Any, follow: Any, space: Any, cluster: Cluster, tmp_path: Path
) -> None:
    space.put("a")
    async with attend(follow(kubeconfig=with_plugin(cluster, tmp_path, ADMIN))) as follower:
        assert follower.names == {"a"}
    assert (tmp_path / "calls").exists()


async def test_an_exec_plugin_is_asked_again_when_its_token_is_refused(
    attend: Any, follow: Any, space: Any, cluster: Cluster, tmp_path: Path
) -> None:
    given = {"kubeconfig": with_plugin(cluster, tmp_path, "expired")}
    space.put("a")
    async with attend(follow(**given), wait=False) as follower:
        await follower.troubled("GAL1302")
        plugin(tmp_path, ADMIN)
        await follower.until(lambda: follower.names == {"a"})


async def test_a_plugin_that_fails_is_told(
    attend: Any, follow: Any, cluster: Cluster, tmp_path: Path
) -> None:
    given = {"kubeconfig": with_plugin(cluster, tmp_path, ADMIN)}
    (tmp_path / "give-token").write_text("#!/bin/sh\necho 'log in first' >&2\nexit 1\n")
    async with attend(follow(**given), wait=False) as follower:
        await follower.troubled("GAL1303")
        assert "log in first" in follower.source.health().problem.message


async def test_within_a_cluster_the_service_account_is_used(
    attend: Any,
    follow: Any,
    space: Any,
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts = f"/api/v1/namespaces/{space.name}/serviceaccounts"
    cluster.request("POST", accounts, {"metadata": {"name": "galley"}})
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    account = {"kind": "ServiceAccount", "name": "galley", "namespace": space.name}
    bindings = f"/apis/{RBAC}/v1/namespaces/{space.name}/rolebindings"
    binding = {"metadata": {"name": "galley"}, "roleRef": role, "subjects": [account]}
    cluster.request("POST", bindings, binding)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    said = cluster.request("POST", f"{accounts}/galley/token", asked)
    token = tmp_path / "token"
    token.write_text(said["status"]["token"])
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(cluster.authority))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(cluster.port))

    space.put("a")
    async with attend(follow(kubeconfig=None)) as follower:
        assert follower.names == {"a"}
        space.put("b")
        await follower.until(lambda: follower.names == {"a", "b"})


@pytest.fixture(scope="module")
def other_cluster(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("other-cluster")) as made:
        yield made


async def test_several_clusters_are_several_sources(
    attend: Any, follow: Any, space: Any, cluster: Cluster, other_cluster: Cluster
) -> None:
    """With one kubeconfig, whose contexts name them; each goes on when the other is down."""
    there = Space(other_cluster, space.name)
    both = merged(cluster.kubeconfig(), other_cluster.kubeconfig())
    space.put("a", 1)
    there.put("a", 2)
    here_too = follow(name="here", kubeconfig=both, context="test")
    there_too = follow(name="there", kubeconfig=both, context="other")
    async with attend(here_too) as near, attend(there_too) as far:
        locator = f"{GROUP}/Thing/{space.name}/a"
        assert near.held[locator] != far.held[locator]
        other_cluster.stop()
        await far.troubled("GAL1301")
        space.put("b")
        await near.until(lambda: near.names == {"a", "b"})
        assert far.names == {"a"}


def merged(one: Path, other: Path) -> Path:
    """Both kubeconfigs as one; the context of the other is called `other`."""
    whole, more = json.loads(one.read_text()), json.loads(other.read_text())
    for part in ("clusters", "users"):
        whole[part] += [{**each, "name": f"other-{each['name']}"} for each in more[part]]
    context = {"cluster": "other-c", "user": "other-u"}
    whole["contexts"].append({"name": "other", "context": context})
    one.write_text(json.dumps(whole))
    return one
