"""A real API server on a real etcd, which speaks to its administrator."""

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ADMIN, READER = "admin-token", "reader-token"
GROUP = "example.com"
DEADLINE = 60.0
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_numbers = itertools.count(1)


def where(name: str) -> str | None:
    """Where a program is: in KUBEBUILDER_ASSETS, or else on PATH."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    return (shutil.which(name, path=assets) if assets else None) or shutil.which(name)


def program(name: str) -> str:
    """The same; the test is skipped where it is nowhere."""
    found = where(name)
    if not found:
        pytest.skip(
            f"there is no {name}: KUBEBUILDER_ASSETS=$(tests/cluster/provide) builds it once"
        )
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(folder: Path) -> Iterator["Cluster"]:
    """A cluster that serves Things, for as long as the block runs; the test is skipped where no
    cluster can be."""
    for name in ("etcd", "kube-apiserver"):
        program(name)
    made = Cluster(folder)
    try:
        made.start()
        made.install("things", "Thing", "v1")
        yield made
    finally:
        made.stop()


class Cluster:
    """One API server with its etcd; `request` speaks as its administrator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.etcd_port, self.peer_port = free_port(), free_port(), free_port()
        self.reader = READER
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        key = folder / "sa.key"
        subprocess.run(
            ["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True
        )

    def start(self) -> None:
        if "etcd" not in self.processes:
            self._start_etcd()
        self.start_server()

    def _start_etcd(self) -> None:
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        options = {
            "data-dir": self.folder / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
        }
        self._run("etcd", options, "--unsafe-no-fsync")

    def start_server(self) -> None:
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f"{ADMIN},admin,admin,system:masters\n{self.reader},reader,reader\n")
        options = {
            "etcd-servers": f"http://127.0.0.1:{self.etcd_port}",
            "secure-port": self.port,
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "cert-dir": self.folder / "certificates",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": self.folder / "sa.key",
            "service-account-signing-key-file": self.folder / "sa.key",
            "token-auth-file": tokens,
            "authorization-mode": "RBAC",
            "service-cluster-ip-range": "10.0.0.0/24",
            "disable-admission-plugins": "ServiceAccount",
            "endpoint-reconciler-type": "none",
        }
        self._run("kube-apiserver", options)
        self.wait()

    def _run(self, name: str, options: dict[str, object], *flags: str) -> None:
        words = [f"--{option}={value}" for option, value in options.items()]
        with (self.folder / f"{name}.log").open("ab") as said:
            self.processes[name] = subprocess.Popen(
                [program(name), *words, *flags], stdout=said, stderr=said
            )

    def wait(self) -> None:
        """Until the server says that it is ready."""
        deadline = time.monotonic() + DEADLINE
        while True:
            with contextlib.suppress(OSError, FileNotFoundError):
                self.request("GET", "/readyz")
                return
            server = self.processes["kube-apiserver"]
            assert server.poll() is None, (self.folder / "kube-apiserver.log").read_text()[-4000:]
            assert time.monotonic() < deadline, "the API server does not become ready"
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.1)

    def stop_server(self) -> None:
        """At once: asked to end, it would wait for the watches to end first."""
        server = self.processes.pop("kube-apiserver")
        server.kill()
        server.wait(DEADLINE)

    def signal(self, sign: signal.Signals) -> None:
        self.processes["kube-apiserver"].send_signal(sign)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(DEADLINE)

    @property
    def authority(self) -> Path:
        return self.folder / "certificates" / "apiserver.crt"

    def request(self, method: str, path: str, body: object = None, kind: str = "") -> Any:
        """Ask as the administrator.

        Raises:
            urllib.error.HTTPError: it is refused.
        """
        try:
            with self.send(method, path, body, kind) as answer:
                said = answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            raise
        return json.loads(said) if said.startswith(b"{") else said

    def send(self, method: str, path: str, body: object = None, kind: str = "") -> Any:
        """The same; the answer as it comes."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {ADMIN}",
                "Content-Type": kind or "application/json",
            },
        )
        trust = ssl.create_default_context(cafile=str(self.authority))
        return urllib.request.urlopen(request, context=trust, timeout=DEADLINE)

    def compact(self) -> None:
        """Let etcd forget everything but what there is now."""
        etcdctl = program("etcdctl")
        end = f"--endpoints=http://127.0.0.1:{self.etcd_port}"
        told = subprocess.run(
            [etcdctl, end, "get", "x", "-w", "json"], check=True, capture_output=True
        )
        revision = json.loads(told.stdout)["header"]["revision"]
        subprocess.run([etcdctl, end, "compact", str(revision)], check=True, capture_output=True)

    def kubeconfig(self, token: str = ADMIN, token_file: Path | None = None, port: int = 0) -> Path:
        """A kubeconfig with the context `test`."""
        path = self.folder / f"kubeconfig-{next(_numbers)}"
        user = {"tokenFile": str(token_file)} if token_file else {"token": token}
        cluster = {
            "server": f"https://127.0.0.1:{port or self.port}",
            "certificate-authority": str(self.authority),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
        }
        path.write_text(json.dumps(config))
        return path

    # --- kinds ---

    def install(self, plural: str, kind: str, *versions: str, **labels: str) -> None:
        """A kind of the test group; the first version is stored, all are served."""
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        name = f"{plural}.{GROUP}"
        said: dict[str, Any] = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": name, "labels": labels},
            "spec": {
                "group": GROUP,
                "scope": "Namespaced",
                "names": {"plural": plural, "kind": kind, "singular": kind.lower()},
                "versions": [
                    {
                        "name": version,
                        "served": True,
                        "storage": version == versions[0],
                        "schema": {"openAPIV3Schema": schema},
                    }
                    for version in versions
                ],
            },
        }
        try:
            found = self.request("GET", f"{CRDS}/{name}")
        except urllib.error.HTTPError:
            self.request("POST", CRDS, said)
        else:
            said["metadata"] = {**found["metadata"], "labels": labels}
            self.request("PUT", f"{CRDS}/{name}", said)
        self._serving(plural, versions[0])

    def _serving(self, plural: str, version: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.HTTPError):
                self.request("GET", f"/apis/{GROUP}/{version}/{plural}?limit=1")
                return
        raise AssertionError(f"{plural} are not served")

    def uninstall(self, plural: str) -> None:
        self.request("DELETE", f"{CRDS}/{plural}.{GROUP}")
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            try:
                self.request("GET", f"{CRDS}/{plural}.{GROUP}")
            except urllib.error.HTTPError:
                return
        raise AssertionError(f"{plural} do not go")

    def allow(self, *plurals: str) -> None:
        """Let the reader list and watch these kinds of the test group, and nothing else."""
        rules = [{"apiGroups": [GROUP], "resources": list(plurals), "verbs": ["list", "watch"]}]
        roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
        role = {"metadata": {"name": "reader"}, "rules": rules if plurals else []}
        with contextlib.suppress(urllib.error.HTTPError):
            self.request("POST", roles, role)
        self.request("PUT", f"{roles}/reader", role)
        binding = {
            "metadata": {"name": "reader"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "reader",
            },
            "subjects": [
                {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader"}
            ],
        }
        with contextlib.suppress(urllib.error.HTTPError):
            self.request("POST", roles.removesuffix("s") + "bindings", binding)
