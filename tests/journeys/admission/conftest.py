"""A service that a real API server asks before it takes anything in."""

import asyncio
import itertools
import json
import re
import urllib.error
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.server import GROUP, Cluster, free_port
from tests.journeys.conftest import Service, eventually

HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
THINGS = f"/apis/{GROUP}/v1/namespaces/{{}}/things"
POLICY = {
    "name": "no-bad",
    "match": {"kinds": [f"{GROUP}/Thing"]},
    "rule": "!has(object.spec) || !has(object.spec.bad)",
    "message": "bad is not allowed",
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Said:
    """What an API server said to a write."""

    status: int
    message: str
    warnings: tuple[str, ...]

    @property
    def taken(self) -> bool:
        return self.status < 300


class Writer:
    """Writes to a cluster as its administrator, and hears what the API server says."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace

    async def put(
        self, name: str, *, namespace: str = "", dry_run: bool = False, **spec: Any
    ) -> Said:
        """Create or change a Thing by server-side apply."""
        path = f"{THINGS.format(namespace or self.namespace)}/{name}"
        metadata = {"name": name}
        thing = {"apiVersion": f"{GROUP}/v1", "kind": "Thing", "metadata": metadata, "spec": spec}
        query = "?fieldManager=test&force=true" + ("&dryRun=All" if dry_run else "")
        return await self.ask("PATCH", path + query, thing, "application/apply-patch+yaml")

    async def is_asked_about(self) -> bool:
        """Whether writes are judged; an API server learns of a webhook a moment later."""
        said = await self.put("probe", dry_run=True, bad=1)
        return said.status == 422

    async def delete(self, name: str) -> Said:
        return await self.ask("DELETE", f"{THINGS.format(self.namespace)}/{name}")

    async def ask(self, method: str, path: str, body: Any = None, kind: str = "") -> Said:
        return await asyncio.to_thread(self._ask, method, path, body, kind)

    def _ask(self, method: str, path: str, body: Any, kind: str) -> Said:
        try:
            answer = self.cluster.send(method, path, body, kind)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            said = _said(answer.read())
            told = answer.headers.get_all("Warning") or ()
            warnings = tuple(re.sub(r'^299 - "(.*)"$', r"\1", each) for each in told)
            return Said(answer.status, said.get("message", ""), warnings)


def _said(body: bytes) -> dict[str, Any]:
    """A Status; of a kind that it does not serve yet an API server says so in plain text."""
    try:
        return dict(json.loads(body))
    except json.JSONDecodeError:
        return {"message": body.decode()}


@pytest.fixture
async def writer(cluster: Cluster) -> Writer:
    made = Writer(cluster, f"admission-{next(_numbers)}")
    body = {"metadata": {"name": made.namespace}}
    assert (await made.ask("POST", "/api/v1/namespaces", body)).taken
    return made


@pytest.fixture
async def admitting(
    cluster: Cluster, writer: Writer, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Service]]]:
    """`admitting(...)`: a service with these settings of admission, once the cluster asks it."""
    services: list[Service] = []

    async def start(
        kinds: Iterable[str] = (f"{GROUP}/Thing",),
        publish: Any = None,
        schemas: Iterable[str] = (),
        **admission: Any,
    ) -> Service:
        port = free_port()
        source = {
            "name": "cluster",
            "type": "kubernetes",
            "kubeconfig": str(cluster.kubeconfig()),
            "kinds": list(kinds),
            "namespaces": [writer.namespace],
            "rediscover": 1,
            "admission": {
                "url": f"https://127.0.0.1:{port}",
                "configuration": writer.namespace,
                "timeout": 5,
                "patience": 5,
                **admission,
            },
        }
        service = Service(
            tmp_path,
            sources=[source],
            policies=[POLICY],
            publish=publish or {"quiet": 0},
            schemas=list(schemas),
        )
        service.settings["admission"] = {"listen": f"127.0.0.1:{port}"}
        services.append(service)
        await service.start()
        await eventually(lambda: registered(cluster, writer.namespace))
        await eventually(writer.is_asked_about)
        return service

    yield start
    for service in services:
        await service.close()
    await writer.ask("DELETE", f"{HOOKS}/{writer.namespace}")


def registered(cluster: Cluster, name: str) -> list[dict[str, Any]]:
    """The webhooks of a configuration; none if there is no such thing."""
    try:
        found = cluster.request("GET", f"{HOOKS}/{name}")
    except urllib.error.HTTPError:
        return []
    return list(found.get("webhooks") or ())
