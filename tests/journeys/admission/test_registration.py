"""What a service writes into a cluster so that it is asked, and that it keeps it so."""

import base64
import signal
import ssl
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from galley.admission.certificates import Certificates, today
from tests.cluster.server import GROUP, Cluster
from tests.journeys.admission.conftest import HOOKS, Writer, registered
from tests.journeys.conftest import Service, eventually

MERGE = "application/merge-patch+json"


async def test_a_cluster_is_to_ask_as_little_as_can_be(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    await admitting()

    (hook,) = registered(cluster, writer.namespace)

    assert hook["failurePolicy"] == "Ignore"
    assert hook["sideEffects"] == "None"
    assert hook["timeoutSeconds"] == 6
    assert hook["rules"] == [
        {
            "apiGroups": [GROUP],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["things"],
            "scope": "*",
        }
    ]
    name = "kubernetes.io/metadata.name"
    spared = ["kube-node-lease", "kube-public", "kube-system"]
    assert hook["namespaceSelector"]["matchExpressions"] == [
        {"key": name, "operator": "NotIn", "values": spared},
        {"key": name, "operator": "In", "values": [writer.namespace]},
    ]


async def test_what_somebody_changes_is_put_right(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    """After a restart at once; else within half a minute."""
    service = await admitting()
    path = f"{HOOKS}/{writer.namespace}"
    (before,) = registered(cluster, writer.namespace)
    assert (await writer.ask("PATCH", path, {"webhooks": None}, MERGE)).taken
    assert not registered(cluster, writer.namespace)

    await service.stop()
    await service.start()

    await eventually(lambda: registered(cluster, writer.namespace) == [before])


async def test_nobody_asks_any_more_once_the_settings_say_so(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    service = await admitting(on_failure="refuse")
    del service.channel["sources"][0]["admission"]
    service.save_settings()

    service.process.send_signal(signal.SIGHUP)

    await eventually(lambda: not registered(cluster, writer.namespace))
    assert (await writer.put("a", bad=1)).taken


async def test_the_way_to_a_cluster_may_change(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    """The cluster that was asked before is told that it need not; here it is the same one."""
    service = await admitting()
    service.channel["sources"][0]["kubeconfig"] = str(cluster.kubeconfig())
    service.save_settings()

    service.process.send_signal(signal.SIGHUP)

    await eventually(lambda: "Settings taken over" in service.log)
    await eventually(lambda: service.log.count(f"{writer.namespace} is registered") >= 2)
    await eventually(lambda: registered(cluster, writer.namespace))
    await eventually(writer.is_asked_about)


async def test_a_kind_that_comes_is_asked_about(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    await admitting(kinds=[f"{GROUP}/Thing", {"kind": f"{GROUP}/Later", "optional": True}])

    cluster.install("laters", "Later", "v1")
    try:
        await eventually(lambda: "laters" in resources(cluster, writer.namespace))
    finally:
        cluster.uninstall("laters")


async def test_a_right_that_is_missing_is_told(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    """What the cluster holds is read all the same."""
    cluster.allow("things")
    service: Service = await admitting()
    source = service.channel["sources"][0]
    source["kubeconfig"] = str(cluster.kubeconfig(cluster.reader))
    source["admission"]["configuration"] = f"{writer.namespace}-other"
    service.save_settings()

    assert service.process
    service.process.send_signal(signal.SIGHUP)

    found = await service.shows("GAL1309")
    assert "cannot patch" in found["message"]
    await writer.put("a", n=1)
    await eventually(lambda: holds(service, "a"))


async def test_the_configuration_goes_with_the_namespace_of_the_service(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    service: Service = await admitting()
    admission = service.channel["sources"][0]["admission"]
    del admission["url"]
    admission["service"] = f"{writer.namespace}/galley"
    service.save_settings()

    assert service.process
    service.process.send_signal(signal.SIGHUP)

    def owner() -> Any:
        found = cluster.request("GET", f"{HOOKS}/{writer.namespace}")
        return (found["metadata"].get("ownerReferences") or [None])[0]

    reference = await eventually(owner)
    namespace = cluster.request("GET", f"/api/v1/namespaces/{writer.namespace}")
    assert reference["uid"] == namespace["metadata"]["uid"]
    (hook,) = registered(cluster, writer.namespace)
    assert hook["clientConfig"]["service"]["name"] == "galley"
    (spared, _) = hook["namespaceSelector"]["matchExpressions"]
    assert writer.namespace in spared["values"]


async def test_only_who_knows_the_word_is_answered(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    await admitting()
    (hook,) = registered(cluster, writer.namespace)
    config = hook["clientConfig"]
    trust = ssl.create_default_context(cadata=base64.b64decode(config["caBundle"]).decode())

    def ask(url: str) -> int:
        request = urllib.request.Request(url, data=b"{}", method="POST")
        try:
            with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert ask(config["url"]) == 503  # it is no review
    assert ask(config["url"][:-1]) == 404
    other = config["url"].replace("/mesh/", "/other/")  # of which the settings say nothing
    assert ask(other) == 400
    assert ask(other[:-1]) == 404


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_word_and_certificate_are_the_same_after_a_restart(
    admitting: Any, writer: Writer, cluster: Cluster, ending: str
) -> None:
    """So that a cluster that cannot be told just then goes on asking."""
    service = await admitting()
    (before,) = registered(cluster, writer.namespace)

    await getattr(service, ending)()
    await service.start()
    await eventually(writer.is_asked_about)

    assert registered(cluster, writer.namespace) == [before]


def resources(cluster: Cluster, name: str) -> set[str]:
    rules = (rule for hook in registered(cluster, name) for rule in hook["rules"])
    return {resource for rule in rules for resource in rule["resources"]}


async def holds(service: Service, name: str) -> bool:
    return name in await service.names()


async def test_a_certificate_is_replaced_before_it_runs_out(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    """By one that clusters were told of before."""
    service = await admitting()
    await service.stop()
    own = Certificates(service.folder / "data" / "admission", ["127.0.0.1"])
    own.path.unlink()
    own.renew(today() - timedelta(days=61))
    own.renew(today() - timedelta(days=10))
    before = own.presented

    await service.start()
    await eventually(writer.is_asked_about)

    after = own.presented
    assert before
    assert after
    assert after.text != before.text
    (hook,) = registered(cluster, writer.namespace)
    assert base64.b64decode(hook["clientConfig"]["caBundle"]).decode() == own.bundle == after.text


async def test_a_certificate_can_be_given(
    admitting: Any, writer: Writer, cluster: Cluster, tmp_path: Path
) -> None:
    service = await admitting()
    await service.stop()
    given = Certificates(tmp_path / "given", ["127.0.0.1"])
    given.renew(today())
    service.settings["admission"]["tls"] = {"certificate": str(given.path), "key": str(given.path)}
    (tmp_path / "ca.pem").write_text(given.bundle)
    service.settings["admission"]["ca"] = str(tmp_path / "ca.pem")

    await service.start()
    await eventually(writer.is_asked_about)

    (hook,) = registered(cluster, writer.namespace)
    assert base64.b64decode(hook["clientConfig"]["caBundle"]).decode() == given.bundle
