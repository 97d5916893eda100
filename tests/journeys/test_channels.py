"""Several channels in one service: isolated from each other, each with its observed companion."""

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]

ENDPOINTS = """
apiVersion: v1
kind: Endpoints
metadata: {name: web, namespace: default}
subsets: [{addresses: [{ip: 10.0.0.%d}]}]
"""


async def test_two_channels_do_not_touch_each_other(
    make_service: Callable[..., Any], text_of: Text, wait_until: Wait
) -> None:
    """Versions, rollbacks, holds and a worker that dies concern one channel only."""
    service = make_service()
    team = {
        "name": "team-a",
        "sources": [{"name": "files", "type": "files", "path": "./team"}],
        "publish": {"quiet": 0},
    }
    service.settings["channels"].append(team)
    (service.folder / "team").mkdir()
    (service.folder / "team" / "t.yaml").write_text(text_of("t", bad="fine here"))
    service.write("a.yaml", text_of("a", x="1"))
    await service.start()
    await service.live(1)
    await service.live(1, channel="team-a")
    async with (
        service.follow(node="one") as mesh,
        service.follow(node="two", channel="team-a") as other,
    ):
        await mesh.at(1)
        await other.at(1)
        assert (set(mesh.names), set(other.names)) == ({"a"}, {"t"})
        await service.post("/holds", channel="team-a", reason="freeze")
        service.write("a.yaml", text_of("a", x="2"))
        await mesh.at(2)
        assert (await service.post("/rollback", target="1", reason="back")).status == 200
        await mesh.at(3)
        assert other.versions == [1]
        assert await service.get("/audit", channel="team-a") != await service.get("/audit")

        async def held() -> list[str]:
            lines = (await service.ask("GET", "/api/v1/status")).body["channels"]
            return [line["channel"] for line in lines if line["state"] == "held"]

        assert await wait_until(held) == ["team-a"]


async def test_observed_resources_live_in_the_companion_channel(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """Endpoints are not configuration: no rollback takes them back, no hold stops them."""
    async with service.follow(channel="mesh.observed", node="watcher") as observed:
        service.write("endpoints.yaml", ENDPOINTS % 1)
        await observed.holds(lambda names: set(names) == {"web"})
        assert await service.names() == {"a", "b"}
        service.write("a.yaml", text_of("a", x="2"))
        before = (await service.live(2))["version"]
        await service.post("/holds", reason="freeze")
        service.write("endpoints.yaml", ENDPOINTS % 2)
        version = observed.client.version
        await observed.at(version + 1)
        assert (await service.post("/rollback", target="1", reason="back")).status == 200
        assert await service.version() == before + 1
        assert set(observed.names) == {"web"}
        asked = {"target": "1", "reason": "no"}
        refused = await service.post("/rollback", channel="mesh.observed", **asked)
        assert refused.status == 400
        assert await service.version() == before + 1
        code, told = await service.cli("get", channel="mesh.observed")
        assert code == 2
        assert "galley subscribe --channel mesh.observed" in told
        subscribers = await service.get("/subscribers", channel="mesh.observed")
        assert [each["node"] for each in subscribers] == ["watcher"]


async def test_a_channel_that_the_settings_no_longer_have_ends_for_its_subscribers(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G11: they know that it is stale and keep what they have; if it comes back, they go on."""
    sources = [{"name": "files", "type": "files", "path": "./team"}]
    (service.folder / "team").mkdir()
    (service.folder / "team" / "t.yaml").write_text(text_of("t", x="1"))
    service.settings["channels"].append({"name": "team-a", "sources": sources})
    service.save_settings()
    assert (await service.ask("POST", "/api/v1/reload", json={})).body["warnings"] == []
    await service.live(1, channel="team-a")
    async with service.follow(node="one") as mesh:
        await mesh.at(1)
        options = {"node": "two", "channel": "team-a", "max_staleness": 1.0}
        async with service.follow(**options) as other:
            await other.at(1)
            team = service.settings["channels"].pop()
            service.save_settings()
            assert (await service.ask("POST", "/api/v1/reload", json={})).body["warnings"] == []
            await wait_until(lambda: other.client.stale)
            assert set(other.names) == {"t"}
            service.write("a.yaml", text_of("a", x="2"))
            await mesh.at(2)
            service.settings["channels"].append(team)
            (service.folder / "team" / "u.yaml").write_text(text_of("u", x="1"))
            service.save_settings()
            assert (await service.ask("POST", "/api/v1/reload", json={})).body["warnings"] == []
            await other.holds(lambda names: set(names) == {"t", "u"})
            assert other.client.stale is False


async def test_a_worker_that_hangs_holds_up_no_subscriber(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """What is live is served from the serving process, also to those who come new."""
    (worker,) = service.workers()
    os.kill(worker, signal.SIGSTOP)
    try:
        async with service.follow(node="late") as follower:
            await follower.at(1)
            assert set(follower.names) == {"a", "b"}
        for probe in ("/healthz", "/readyz"):
            assert (await service.ask("GET", probe)).status == 200
    finally:
        os.kill(worker, signal.SIGCONT)
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)
