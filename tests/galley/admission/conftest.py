"""Admission with real judges and a real address, for a worker that is a stub."""

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from galley.admission.admission import Admission
from galley.protocol.control import Method
from galley.settings import ServiceSettings
from pipeline.environment import EnvironmentSpec

POLICY = {
    "name": "no-bad",
    "match": {"kinds": ["example.com/Thing"]},
    "rule": "!has(object.spec.bad)",
    "message": "bad is not allowed",
}


class Worker:
    """Has an environment in force and keeps what it is asked."""

    def __init__(self, settings: ServiceSettings, environment: bytes) -> None:
        (self.settings,) = settings.channels
        self.environment = environment
        self.expired: list[str] = []
        self.asked: list[tuple[Method, Any]] = []

    async def ask(self, method: Method, params: Any, *, within: float) -> Any:
        del within
        self.asked.append((method, params))
        return []

    @property
    def registered(self) -> Any:
        """With what it was last told to have clusters ask; None if it was not."""
        told = [params for method, params in self.asked if method is Method.REGISTER]
        return told[-1] if told else None


class Counts:
    """Nobody counts."""

    def judged(self, channel: str, source: str, outcome: str, seconds: float) -> None: ...


def settings_of(
    folder: Path,
    channel: str = "mesh",
    source: str = "cluster",
    timeout: float = 5,
    **address: Any,
) -> ServiceSettings:
    asking = {
        "name": source,
        "type": "kubernetes",
        "kinds": ["example.com/Thing"],
        "admission": {"url": "https://127.0.0.1:8443", "timeout": timeout},
    }
    return ServiceSettings.model_validate(
        {
            "data_dir": folder / "data",
            "admission": {"listen": "127.0.0.1:0", **address},
            "channels": [{"name": channel, "sources": [asking]}],
        }
    )


GOOD = EnvironmentSpec(policies=(POLICY,)).content()


async def ask(admission: Admission, worker: Worker, *, source: str = "cluster", **spec: Any) -> Any:
    """What is answered to the creation of a Thing; None if it is not judged."""
    kind = {"group": "example.com", "version": "v1", "kind": "Thing"}
    request = {
        "uid": "1",
        "operation": "CREATE",
        "kind": kind,
        "resource": {"group": "example.com", "version": "v1", "resource": "things"},
        "namespace": "team",
        "object": {"metadata": {"name": "a", "namespace": "team"}, "spec": spec},
    }
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    url = admission.address + worker.registered["paths"][source]
    trust = ssl.create_default_context(cadata=worker.registered["bundle"])
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=review, ssl=trust) as answer,
    ):
        return (await answer.json())["response"] if answer.status == 200 else None


@pytest.fixture
async def admitting() -> AsyncIterator[Callable[[ServiceSettings], Any]]:
    """`admitting(settings)`: admission for the one channel of these settings, and its worker."""
    running: list[Admission] = []

    async def start(
        settings: ServiceSettings, environment: bytes = GOOD
    ) -> tuple[Admission, Worker]:
        admission, worker = Admission(settings, Counts()), Worker(settings, environment)
        running.append(admission)
        await admission.take_over(settings, {worker.settings.name: worker})
        return admission, worker

    yield start
    for each in running:
        await each.stop()
