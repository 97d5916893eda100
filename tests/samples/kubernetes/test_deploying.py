"""What `samples/kubernetes` deploys is what an API server takes, with rights that are enough and no
more than that."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from galley import settings_file
from sources.kubernetes import KubernetesSource
from sources.settings import KubernetesSettings
from tests.cluster.server import Cluster
from tests.samples.kubernetes.conftest import KINDS, SAMPLE
from tests.sources.conftest import attend  # noqa: F401  # a fixture

ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/galley-reader"
USER = "system:serviceaccount:galley:galley"
RIGHTS = next(
    document["rules"]
    for document in yaml.safe_load_all((SAMPLE / "base" / "rights.yaml").read_text())
    if document["kind"] == "ClusterRole"
)
GRANTED = [
    (group, resource, verb)
    for rule in RIGHTS
    for group in rule["apiGroups"]
    for resource in rule["resources"]
    for verb in rule["verbs"]
]
READ = {
    **{group: kind for group, kind in KINDS.items() if group != "monitoring.coreos.com"},
    "services": ("services", "Service"),
    "namespaces": ("namespaces", "Namespace"),
    "networking.k8s.io": ("ingresses", "Ingress"),
}


def source(kubeconfig: Path) -> KubernetesSource:
    """The source of the sample's settings."""
    service = settings_file.load(SAMPLE / "base" / "galley.yaml")
    (settings,) = service.channels[0].sources
    assert isinstance(settings, KubernetesSettings)
    return KubernetesSource(settings.model_copy(update={"kubeconfig": kubeconfig}))


def test_it_is_applied_without_a_warning(deployed: str) -> None:
    made = {line.split()[0] for line in deployed.splitlines()}
    assert {
        "namespace/galley",
        "serviceaccount/galley",
        "clusterrole.rbac.authorization.k8s.io/galley-reader",
        "service/galley",
        "statefulset.apps/galley",
        "poddisruptionbudget.policy/galley",
        "networkpolicy.networking.k8s.io/galley",
        "validatingwebhookconfiguration.admissionregistration.k8s.io/galley-mesh-cluster",
    } <= made


def test_its_pod_may_run_where_the_strictest_rules_hold(cluster: Cluster, deployed: str) -> None:
    """Its namespace enforces the restricted standard: the API server would refuse another pod."""
    found = cluster.request("GET", "/apis/apps/v1/namespaces/galley/statefulsets/galley")
    template = found["spec"]["template"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "galley-0", "labels": template["metadata"]["labels"]},
        "spec": {
            **template["spec"],
            "volumes": [*template["spec"]["volumes"], {"name": "data", "emptyDir": {}}],
        },
    }
    made = cluster.request("POST", "/api/v1/namespaces/galley/pods?dryRun=All", pod)
    (container,) = made["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert made["spec"]["securityContext"]["runAsNonRoot"]


def test_what_watches_it_is_a_component(
    kubectl: Callable[..., str], kinds: None, tmp_path: Path
) -> None:
    overlay = {
        "resources": [str(Path("..") / "base")],
        "components": [str(Path("..") / "podmonitor")],
    }
    for part in ("base", "podmonitor"):
        (tmp_path / part).symlink_to(SAMPLE / part)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kustomization.yaml").write_text(json.dumps(overlay))
    folder = str(tmp_path / "mine")
    said = kubectl("apply", "--dry-run=server", "--warnings-as-errors", "-k", folder)
    assert "podmonitor.monitoring.coreos.com/galley created (server dry run)" in said


def unread(verdicts: Any) -> set[tuple[str, str]]:
    """Groups and kinds that may not be read."""
    parts = (
        place.split("/")
        for place, found in verdicts.items()
        if [each.code for each in found] == ["GAL1304"]
    )
    return {(group, kind) for group, kind, *_ in parts}


async def test_its_rights_are_enough(attend: Any, as_galley: Path) -> None:  # noqa: F811  # the fixture
    async with attend(source(as_galley)) as follower:
        assert follower.errors == {}
        assert follower.source.health().problem is None
        assert {"default", "galley"} <= follower.names


@contextmanager
def without(cluster: Cluster, group: str, resource: str, verb: str) -> Iterator[None]:
    """The role without one right."""
    held = cluster.request("GET", ROLE)
    rules = [
        {"apiGroups": [g], "resources": [r], "verbs": [v]}
        for g, r, v in GRANTED
        if (g, r, v) != (group, resource, verb)
    ]
    cluster.request("PUT", ROLE, {**held, "rules": rules})
    try:
        yield
    finally:
        held = cluster.request("GET", ROLE)
        cluster.request("PUT", ROLE, {**held, "rules": RIGHTS})


def allowed(cluster: Cluster, group: str, resource: str, verb: str) -> bool:
    asked = {"verb": verb, "group": group, "resource": resource}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": USER, "groups": ["system:authenticated"], "resourceAttributes": asked},
    }
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return bool(cluster.request("POST", path, review)["status"]["allowed"])


@pytest.mark.parametrize(("group", "resource", "verb"), GRANTED)
async def test_a_right_that_is_left_out_is_noticed(
    attend: Any,  # noqa: F811  # the fixture
    cluster: Cluster,
    as_galley: Path,
    group: str,
    resource: str,
    verb: str,
) -> None:
    plural, kind = READ[resource if resource in READ else group]
    with without(cluster, group, resource, verb):
        while allowed(cluster, group, plural, verb):
            pass  # the authorizer hears of it in a moment; pytest's timeout is the deadline
        async with attend(source(as_galley)) as follower:
            await follower.until(lambda: (group or "core", kind) in unread(follower.errors))
            others = {each for each, _ in unread(follower.errors)} - {group or "core"}
            assert not others
    while not allowed(cluster, group, plural, verb):
        pass
