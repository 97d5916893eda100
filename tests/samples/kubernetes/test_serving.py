"""The service of the sample, with its settings and rights: ready for probes, ending in time."""

import os
import re
import secrets
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.cluster.server import Cluster, free_port
from tests.samples.kubernetes.conftest import KINDS, SAMPLE

GALLEY = (sys.executable, "-P", "-m", "galley")
HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
HOOK = f"{HOOKS}/galley-mesh-cluster"
ADMISSION = "/apis/rbac.authorization.k8s.io/v1/clusterroles/galley-admission"
DEADLINE = 60.0
GRACE = yaml.safe_load((SAMPLE / "base" / "server.yaml").read_text())["spec"]["template"]["spec"][
    "terminationGracePeriodSeconds"
]


class Running(NamedTuple):
    """The service and the ways to it."""

    process: subprocess.Popen[bytes]
    url: str
    authority: Path
    tokens: Path

    def ask(self, path: str, host: str = "localhost") -> int:
        """The status of an answer, as a kubelet asks: of an address, with a Host of its own."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        trust.check_hostname = False
        request = urllib.request.Request(f"{self.url}{path}", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, context=trust, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0


def mounted(folder: Path, port: int) -> Path:
    """The settings of the sample with the files that a pod would have, in this folder."""
    subject = ["-subj", "/CN=galley", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    settings: dict[str, Any] = yaml.safe_load((SAMPLE / "base" / "galley.yaml").read_text())
    for token in settings["tokens"]:
        name = Path(token["file"]).name
        (folder / name).write_text(secrets.token_urlsafe(24))
        (folder / name).chmod(0o440)
        token["file"] = str(folder / name)
    settings["tls"] = {"certificate": str(folder / "tls.crt"), "key": str(folder / "tls.key")}
    settings |= {"listen": f"127.0.0.1:{port}", "data_dir": str(folder / "data")}
    settings["admission"]["listen"] = "127.0.0.1:0"
    path = folder / "galley.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


@pytest.fixture
def service(as_galley: Path, cluster: Cluster, tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    path = mounted(tmp_path, port)
    environment = {**os.environ, "KUBECONFIG": str(as_galley)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*GALLEY, "serve", "--config", str(path)], env=environment, stdout=log, stderr=log
        )
    try:
        yield Running(process, f"https://127.0.0.1:{port}", tmp_path / "tls.crt", tmp_path)
    finally:
        process.kill()
        process.wait(DEADLINE)
        # Nobody is at the address that it names: others shall not wait for it.
        cluster.request("PATCH", HOOK, {"webhooks": None}, "application/merge-patch+json")


def wait_ready(service: Running) -> None:
    deadline = time.monotonic() + DEADLINE
    while service.ask("/readyz") != 200:
        assert service.process.poll() is None, (service.tokens / "log").read_text()
        assert time.monotonic() < deadline, (service.tokens / "log").read_text()


def test_it_is_ready_for_probes_and_ends_within_its_grace(service: Running) -> None:
    wait_ready(service)
    assert service.ask("/healthz") == 200
    assert service.ask("/healthz", host="10.0.0.7") != 200  # which is why probes name a Host

    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(GRACE) == 0


def test_with_its_tokens_one_sees_what_the_cluster_holds(service: Running) -> None:
    wait_ready(service)
    environment = {
        **os.environ,
        "GALLEY_SERVER": service.url.replace("127.0.0.1", "localhost"),
        "GALLEY_CA_FILE": str(service.authority),
        "GALLEY_TOKEN": (service.tokens / "operators").read_text(),
        "GALLEY_CHANNEL": "mesh",
    }
    asked = [*GALLEY, "get", "core/Namespace", "-o", "name"]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "galley" in done.stdout


def eventually(condition: Callable[[], Any], service: Running) -> Any:
    deadline = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < deadline, (service.tokens / "log").read_text()
    return found


def test_the_cluster_is_to_ask_it_about_what_it_reads(service: Running, cluster: Cluster) -> None:
    (hook,) = eventually(lambda: cluster.request("GET", HOOK).get("webhooks"), service)

    assert hook["failurePolicy"] == "Ignore"
    asked = {group for rule in hook["rules"] for group in rule["apiGroups"]}
    assert asked == {*KINDS, "", "networking.k8s.io"} - {"monitoring.coreos.com"}
    address = hook["clientConfig"]["service"]
    assert (address["namespace"], address["name"], address["port"]) == ("galley", "galley", 443)
    ports = cluster.request("GET", "/api/v1/namespaces/galley/services/galley")["spec"]["ports"]
    assert 443 in {each["port"] for each in ports}
    (owner,) = cluster.request("GET", HOOK)["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("Namespace", "galley")


@pytest.fixture
def may_not_register(cluster: Cluster, deployed: str) -> Iterator[None]:
    role = cluster.request("GET", ADMISSION)
    cluster.request("PATCH", ADMISSION, {"rules": []}, "application/merge-patch+json")
    yield
    rules = {"rules": role["rules"]}
    cluster.request("PATCH", ADMISSION, rules, "application/merge-patch+json")


def test_without_the_right_to_register_it_says_so(
    may_not_register: None, service: Running, cluster: Cluster
) -> None:
    """And reads the cluster all the same."""
    wait_ready(service)

    said = eventually(lambda: re.search(r"GAL1309: .*cannot patch.*", log_of(service)), service)

    assert "galley-mesh-cluster" in said[0]
    assert not cluster.request("GET", HOOK).get("webhooks")


def log_of(service: Running) -> str:
    return (service.tokens / "log").read_text()
