"""A Pilot at a real service: restarts of either process, and rollbacks."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.server import free_port
from tests.journeys.conftest import Service, eventually
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import SYNTHETIC, Pilot
from tests.mesh.mcp.raw import ROUTES, RULES, connected


def route(name: str, host: str) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {"hosts": [host]},
        }
    )


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """Version 1 has a route to `one.example.com`."""
    made = Service(tmp_path, wires=["mcp"], policies=[])
    made.settings["mesh_listen"] = f"127.0.0.1:{free_port()}"
    made.write("a.yaml", route("a", "one.example.com"))
    try:
        await made.start()
        await made.live(1)
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def piloted(service: Service) -> AsyncIterator[Pilot]:
    address = service.settings["mesh_listen"]
    async with Pilot(address, release="1.5", pauses=Fixed(0.1)) as pilot:
        await pilot.synced(40.0)
        yield pilot


async def told(service: Service, *collections: str) -> dict[str, str]:
    """The versions that a new stream is told."""

    async def ask() -> Any:
        try:
            async with connected(service.settings["mesh_listen"]) as sink:
                return {name: (await sink.ask(name)).system_version_info for name in collections}
        except AssertionError:  # it is not there yet
            return None

    return dict(await eventually(ask))


async def restart(service: Service) -> None:
    await service.kill()
    await service.start()


async def renew_worker(service: Service) -> None:
    """Kill the worker; the service starts another."""
    (worker,) = service.workers()
    os.kill(worker, signal.SIGKILL)
    await eventually(lambda: len(service.workers()) == 1 and service.workers() != [worker])

    async def working() -> bool:
        answer = await service.ask("GET", "/api/v1/channels/mesh/history")
        return answer.status == 200

    await eventually(working)


async def test_versions_outlive_both_processes(service: Service) -> None:
    async with piloted(service) as pilot:
        service.write("a.yaml", route("a", "two.example.com"))
        await service.live(2)
        before = await told(service, ROUTES, RULES, SYNTHETIC)
        await pilot.until(lambda: pilot.versions[ROUTES] == before[ROUTES], 40.0)
        received = len(pilot.log.received)

        await renew_worker(service)
        assert await told(service, *before) == before
        assert len(pilot.log.received) == received

        await restart(service)
        assert await told(service, *before) == before
        await pilot.until(
            lambda: len(pilot.log.received) >= received + len(pilot.collections), 40.0
        )
        assert {name: pilot.versions[name] for name in (ROUTES, RULES)} == {
            name: before[name] for name in (ROUTES, RULES)
        }


@pytest.mark.parametrize("part", [(), ("--resource", "VirtualService/shop/a")])
async def test_a_rollback_is_another_version_and_stays_it(
    service: Service, part: tuple[str, ...]
) -> None:
    async with piloted(service) as pilot:
        first = pilot.versions[ROUTES]
        service.write("a.yaml", route("a", "two.example.com"))
        await pilot.until(lambda: pilot.versions[ROUTES] != first, 40.0)
        code, said = await service.cli("rollback", "1", "--reason", "test", *part)
        assert code == 0, said
        await pilot.has(ROUTES, f"r3-{first}", 40.0)

        await renew_worker(service)
        assert await told(service, ROUTES) == {ROUTES: f"r3-{first}"}
        await restart(service)
        assert await told(service, ROUTES) == {ROUTES: f"r3-{first}"}

        service.write("b.yaml", route("b", "b.example.com"))
        await pilot.until(lambda: ("shop", "b") in pilot.store[ROUTES], 40.0)
        assert pilot.versions[ROUTES].startswith("r3-")


async def test_what_was_refused_is_shown_and_offered_again_after_a_rollback(
    service: Service,
) -> None:
    async with piloted(service) as pilot:
        pilot.nack_next(ROUTES, "cannot take shop/a")
        service.write("a.yaml", route("a", "two.example.com"))

        async def nacked() -> Any:
            shown = await service.get("/subscribers")
            return [each for each in shown if each["nack"]]

        (shown,) = await eventually(nacked)
        assert shown["wire"] == "mcp"
        assert shown["nack"] == "cannot take shop/a (code 3)"
        assert (shown["received"], shown["verified"]) == (1, 0)
        first = pilot.versions[ROUTES]
        code, said = await service.cli("rollback", "1", "--reason", "test")
        assert code == 0, said
        await pilot.has(ROUTES, f"r3-{first}", 40.0)


async def test_the_whole_set_of_collections_is_answered_by_a_real_service(
    service: Service,
) -> None:
    """Also what nothing is observed of: the original would have left that open."""
    versions = await told(service, SYNTHETIC, "k8s/core/v1/pods", RULES)
    assert all(versions.values())
