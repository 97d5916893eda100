"""An istiod that takes its configuration from a real service loses nothing, whatever dies."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import yaml

from tests.mesh.doubles.istiod import Istiod
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.sotw import StateOfTheWorld

Wait = Callable[..., Awaitable[Any]]
ROUTES = "networking.istio.io/v1/VirtualService"
RULES = "networking.istio.io/v1/DestinationRule"
DEADLINE = 40.0


def document(name: str, kind: str, **spec: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": "shop"},
            "spec": spec,
        }
    )


def route(name: str, host: str = "a.example.com") -> str:
    back = [{"destination": {"host": f"{name}.shop.svc.cluster.local"}}]
    return document(name, "VirtualService", hosts=[host], http=[{"route": back, "timeout": "2s"}])


@pytest.fixture
async def mesh(make_service: Callable[..., Any]) -> Any:
    """A service whose version 1 has two routes and a rule for istiod."""
    service = make_service(wires=["istio"])
    service.settings["mesh_listen"] = "127.0.0.1:0"
    service.write("a.yaml", route("a", "a.example.com"))
    service.write("b.yaml", route("b", "b.example.com"))
    service.write("r.yaml", document("r", "DestinationRule", host="a.shop.svc.cluster.local"))
    await service.start()
    await service.live(1)
    return service


@pytest.fixture
async def istiod(mesh: Any) -> AsyncIterator[Istiod]:
    """It has everything."""
    async with Istiod(mesh.mesh_address, pauses=Fixed(0.05)) as connected:
        await connected.synced(DEADLINE)
        assert names(connected) == {"a", "b"}
        yield connected


def names(istiod: Istiod, url: str = ROUTES) -> set[str]:
    return {name for _, name in istiod.store[url]}


def lost(istiod: Istiod) -> list[Any]:
    return [each for each in istiod.events if each.what == "delete"]


async def subscribers(service: Any) -> list[dict[str, Any]]:
    return list(await service.get("/subscribers"))


async def test_a_saved_file_reaches_it_and_a_broken_one_takes_nothing_away(
    mesh: Any, istiod: Istiod, wait_until: Wait
) -> None:
    mesh.write("a.yaml", route("a", "new.example.com"))
    await istiod.until(lambda: len(istiod.events) == 4, DEADLINE)
    kept = istiod.store[ROUTES]["shop", "a"]
    assert b"new.example.com" in kept.body
    mesh.write("a.yaml", route("a").replace("timeout: 2s", "timeot: 2s"))
    await mesh.shows("GAL0802")
    mesh.write("c.yaml", route("c", "c.example.com"))
    await istiod.until(lambda: names(istiod) == {"a", "b", "c"}, DEADLINE)
    assert istiod.store[ROUTES]["shop", "a"] == kept
    assert lost(istiod) == []


async def test_subscribers_shows_what_it_received_and_that_it_verifies_nothing(
    mesh: Any, istiod: Istiod, wait_until: Wait
) -> None:
    async def synced() -> Any:
        found = await subscribers(mesh)
        return found and found[0]["state"] == "synced" and found[0]

    shown = await wait_until(synced)
    assert shown["node"].startswith("sidecar~10.0.0.7~test-1.istio-system~")
    assert (shown["wire"], shown["received"], shown["verified"]) == ("istio", 1, 0)
    code, said = await mesh.cli("subscribers")
    assert code == 0
    assert "istio" in said


@pytest.mark.timeout(240)
async def test_it_loses_nothing_when_the_service_is_killed(mesh: Any, istiod: Istiod) -> None:
    """Nothing is answered before all is known, so that no restart empties a mesh."""
    await mesh.kill()
    assert names(istiod) == {"a", "b"}
    await mesh.start()
    await istiod.opened(2)
    await istiod.until(lambda: len(istiod.log.received) >= 32, DEADLINE)
    mesh.write("c.yaml", route("c", "c.example.com"))
    await istiod.until(lambda: names(istiod) == {"a", "b", "c"}, DEADLINE)
    assert lost(istiod) == []
    assert [each.what for each in istiod.events] == ["add"] * 4
    assert names(istiod, RULES) == {"r"}


@pytest.mark.timeout(240)
async def test_it_loses_nothing_when_the_service_is_killed_again_and_again(
    mesh: Any, istiod: Istiod, wait_until: Wait
) -> None:
    for number in range(3):
        mesh.write("a.yaml", route("a", f"n{number}.example.com"))
        await mesh.kill()
        await mesh.start()
        wanted = f"n{number}.example.com".encode()
        await istiod.until(
            lambda w=wanted: w in istiod.store[ROUTES]["shop", "a"].body,  # type: ignore[misc]
            DEADLINE,
        )
        assert lost(istiod) == []


@pytest.mark.timeout(240)
async def test_it_loses_nothing_when_the_worker_is_killed(mesh: Any, istiod: Istiod) -> None:
    (worker,) = mesh.workers()
    os.kill(worker, signal.SIGKILL)
    mesh.write("c.yaml", route("c", "c.example.com"))
    await istiod.until(lambda: names(istiod) == {"a", "b", "c"}, DEADLINE)
    assert lost(istiod) == []
    assert istiod.log.streams == 1


@pytest.mark.timeout(240)
async def test_it_loses_nothing_when_the_cache_is_gone_and_a_source_is_late(
    mesh: Any, istiod: Istiod
) -> None:
    """A service that begins with nothing, and with sources that are not there yet, says nothing."""
    await mesh.kill()
    await asyncio.to_thread(shutil.rmtree, mesh.folder / "data")
    away = mesh.folder / "away"
    mesh.config.rename(away)
    await mesh.start()
    await istiod.opened(2)
    await istiod.until(lambda: len(istiod.log.sent_on(istiod.log.streams)) == 16, DEADLINE)
    assert names(istiod) == {"a", "b"}
    away.rename(mesh.config)
    await istiod.until(lambda: len(istiod.log.received) >= 32, DEADLINE)
    assert lost(istiod) == []
    assert [each.what for each in istiod.events] == ["add"] * 3


async def test_a_rollback_reaches_it(mesh: Any, istiod: Istiod) -> None:
    first = dict(istiod.store[ROUTES])
    mesh.write("a.yaml", route("a", "new.example.com"))
    await istiod.until(lambda: istiod.store[ROUTES] != first, DEADLINE)
    assert (await mesh.post("/rollback", target="1", reason="wrong")).status == 200
    await istiod.until(lambda: istiod.store[ROUTES] == first, DEADLINE)
    assert lost(istiod) == []


async def test_a_refusal_is_shown_with_the_file_that_it_is_about(
    mesh: Any, wait_until: Wait
) -> None:
    async with StateOfTheWorld(mesh.mesh_address, full_state=[ROUTES], node="picky") as client:
        await client.subscribe(ROUTES)
        await client.until(lambda: ROUTES in client.versions, DEADLINE)
        client.nack_next(ROUTES, "shop/a: I do not like this host")
        mesh.write("a.yaml", route("a", "bad.example.com"))

        async def refused() -> Any:
            found = await subscribers(mesh)
            return found and found[0]["nacked"] and found[0]

        shown = await wait_until(refused)
        assert (shown["node"], shown["state"], shown["nack_kind"]) == ("picky", "nacked", "invalid")
        (nacked,) = shown["nacked"]
        assert nacked["resource"] == "networking.istio.io/VirtualService/shop/a"
        assert nacked["file"].endswith("a.yaml")
        code, said = await mesh.cli("subscribers")
        assert (code, "I do not like this host" in said) == (0, True)
        mesh.write("a.yaml", route("a", "good.example.com"))
        await client.until(lambda: client.acks[ROUTES] == 2, DEADLINE)
        assert client.nacks[ROUTES] == 1
