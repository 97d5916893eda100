"""The sample applied to a real API server, and its service account as the API server knows it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.cluster.server import CRDS, Cluster, program, running

SAMPLE = Path(__file__).parents[3] / "samples" / "kubernetes"
KINDS = {
    "networking.istio.io": ("virtualservices", "VirtualService"),
    "security.istio.io": ("authorizationpolicies", "AuthorizationPolicy"),
    "telemetry.istio.io": ("telemetries", "Telemetry"),
    "extensions.istio.io": ("wasmplugins", "WasmPlugin"),
    "gateway.networking.k8s.io": ("httproutes", "HTTPRoute"),
    "monitoring.coreos.com": ("podmonitors", "PodMonitor"),
}
"""A kind of each group that the sample speaks of."""

Kubectl: TypeAlias = Callable[..., str]


def crd(group: str) -> dict[str, Any]:
    plural, kind = KINDS[group]
    approved = {"api-approved.kubernetes.io": "unapproved, for tests"}
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "annotations": approved},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind},
            "versions": [version],
        },
    }


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One of their own: elsewhere kinds are counted, and those of a mesh are Istio's."""
    with running(tmp_path_factory.mktemp("sample-cluster")) as made:
        yield made


@pytest.fixture(scope="session")
def kubectl(cluster: Cluster) -> Kubectl:
    """Run kubectl as the administrator; what it prints."""
    config = cluster.kubeconfig()

    def run(*words: str) -> str:
        command = [program("kubectl"), "--kubeconfig", str(config), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def kinds(cluster: Cluster, kubectl: Kubectl) -> None:
    """The kinds of the mesh."""
    for group in KINDS:
        cluster.request("POST", CRDS, crd(group))
    for group, (plural, _) in KINDS.items():
        kubectl("wait", "--for=condition=Established", f"crd/{plural}.{group}", "--timeout=30s")


@pytest.fixture(scope="session")
def deployed(cluster: Cluster, kinds: None, kubectl: Kubectl) -> str:
    """The base, applied; what kubectl says of it."""
    return kubectl("apply", "--warnings-as-errors", "-k", str(SAMPLE / "base"))


@pytest.fixture
def as_galley(cluster: Cluster, deployed: str, kubectl: Kubectl) -> Path:
    """A kubeconfig with a token of the sample's service account."""
    token = kubectl("create", "token", "galley", "-n", "galley")
    return cluster.kubeconfig(token.strip())
