"""Versions that subscribers refuse: of the stream and of a mesh, traced to the commit, and kept."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from galley.client import Backoff, Client
from tests.journeys.team import Team
from tests.mesh.answering import Client as MeshClient
from tests.mesh.answering import connected

Wait = Callable[..., Awaitable[Any]]
KEY = "networking.istio.io/VirtualService/default/reviews"


def route(host: str) -> str:
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "reviews", "namespace": "default"},
        "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": host}}]}]},
    }
    return "# Routes.\n---\n" + yaml.safe_dump(document, sort_keys=False)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    made = Team(tmp_path / "repository")
    made.commit("first", routes=route("v1"))
    return made


@pytest.fixture
async def service(make_service: Any, team: Team) -> Any:
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[source], wires=["istio"])
    service.settings["mesh_listen"] = "127.0.0.1:0"
    await service.start()
    await service.live(1)
    return service


@contextlib.asynccontextmanager
async def refusing(address: str, host: str) -> AsyncIterator[None]:
    """A subscriber of the stream that refuses this host."""

    async def follow(client: Client) -> None:
        async for update in client:
            for key, resource in update.upserts.items():
                if host in json.dumps(resource.document().body):
                    update.refuse("cannot be used", resources={key: f"{host} is unknown"})

    async with Client(address, channel="mesh", node="reader", backoff=Backoff(0.05, 0.5)) as client:
        task = asyncio.create_task(follow(client), name="refusing")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def mesh_address(service: Any) -> str:
    events = map(json.loads, service._said().splitlines())
    return str(next(e["mesh_address"] for e in events if e.get("event") == "Serving."))


async def answer(client: MeshClient, bad: bytes = b"") -> None:
    """Take a response; refuse it if this is in it."""
    response = await client.take()
    refused = bad and any(bad in each.value for each in response.resources)
    await client.answer(response, "default/reviews: unknown host" if refused else "")


async def refusals(service: Any, version: int) -> list[dict[str, Any]]:
    found = await service.get(f"/versions/{version}")
    return sorted(found["refusals"], key=lambda each: each["wire"])


async def test_a_refused_version_is_traced_to_its_commit_for_good(
    service: Any, team: Team, wait_until: Wait
) -> None:
    async with (
        refusing(service.address, "v2"),
        connected(mesh_address(service)) as mesh,
    ):
        await mesh.ask()
        await answer(mesh)

        async def both() -> bool:
            found = await service.get("/subscribers")
            return [each["state"] for each in found] == ["synced", "synced"]

        await wait_until(both)
        commit = team.commit("Route to v2", routes=route("v2"))
        await answer(mesh, b"v2")
        await service.live(2)

        async def stored() -> bool:
            return len(await refusals(service, 2)) == 2

        await wait_until(stored)
    told = await refusals(service, 2)
    assert [(each["subscriber"], each["wire"], each["kind"]) for each in told] == [
        ("envoy-1", "istio", "invalid"),
        ("reader", "stream", "invalid"),
    ]
    for each in told:
        (named,) = each["resources"]
        place = (named["resource"], named["file"], named["line"], named["revision"])
        assert place == (KEY, "routes.yaml", 3, commit)
        assert (named["brought_by"]["subject"], named["since"]) == ("Route to v2", 2)
    (version,) = [each for each in await service.versions() if each["version"] == 2]
    assert (version["refusers"], version["refusals"]) == (2, [])

    await service.kill()
    await service.start()
    await service.live(2)
    assert await refusals(service, 2) == told
    finding = await service.shows("GAL0715")
    assert (finding["level"], finding["state"], finding["resource"]) == ("warning", "live", KEY)
    assert (finding["file"], finding["line"], finding["revision"]) == ("routes.yaml", 3, commit)
    traced = await service.get("/trace", resource=KEY)
    assert sorted(each["subscriber"] for each in traced["refusals"]) == ["envoy-1", "reader"]

    _, said = await service.cli("history", "--version", "2")
    assert "envoy-1 (istio) refused version 2" in said
    assert f"team routes.yaml:3@{commit[:7]}, {commit[:7]} Route to v2 (Ann)" in said
    _, said = await service.cli("trace", KEY)
    assert "reader (stream) refused version 2" in said
    code, said = await service.cli("history", "--version", "9")
    assert (code, "not in the history" in said) == (1, True)


async def test_it_is_over_when_the_subscriber_takes_what_is_live_after_a_restart(
    service: Any, team: Team, wait_until: Wait
) -> None:
    """The service that comes up knows of it from the store only."""
    async with connected(mesh_address(service)) as mesh:
        await mesh.ask()
        await answer(mesh, b"v1")

        async def warned() -> bool:
            return bool((await service.get(""))["warnings"])

        await wait_until(warned)
    await service.kill()
    await service.start()
    await service.shows("GAL0715")
    async with connected(mesh_address(service)) as mesh:
        await mesh.ask()
        await answer(mesh)

        async def well() -> bool:
            return not await service.get("/diagnostics")

        await wait_until(well)
    (said,) = await refusals(service, 1)
    assert said["settled"] > said["time"]
