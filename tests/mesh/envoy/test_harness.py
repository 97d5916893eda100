"""The harness itself, against a scripted server: what the tests of the mesh server rely on."""

import contextlib
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.keys import pair
from tests.mesh.envoy.bootstrap import Bootstrap, Json, Tls
from tests.mesh.envoy.configs import services
from tests.mesh.envoy.edits import Scene, edits
from tests.mesh.envoy.proxy import Envoy, ports, program
from tests.mesh.envoy.scripted import scripted
from tests.mesh.envoy.traffic import Traffic
from tests.mesh.envoy.upstream import backends

DIALECTS = pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])
METHODS = ("Clusters", "Endpoints", "Listeners", "Routes")


@pytest.fixture(autouse=True)
def _envoy() -> None:
    program()


def everywhere(version: str) -> Json:
    """All four versions of a mesh with one service, for `converged`."""
    return {"cds": version, "lds": version, "rds": {"main": version}, "eds": {"shop": version}}


@DIALECTS
async def test_traffic_follows_what_envoy_is_told(tmp_path: Path, *, delta: bool) -> None:
    async with scripted() as (server, port), backends("a", "b") as at:
        with ports(1) as (front,):
            server.publish("one", services(front, {"shop": [at["a"]]}))
            async with Envoy(Bootstrap(port, delta), tmp_path) as envoy, Traffic(front) as traffic:
                await envoy.converged(**everywhere("one"))
                await traffic.reaches({"a"})
                server.publish("two", services(front, {"shop": [at["b"]]}))
                await envoy.converged(**everywhere("two"))
                await envoy.holds("routes", {"main": "one"})
                assert (await envoy.stats("cluster.shop."))["cluster.shop.version_text"] == "two"
                await traffic.reaches({"b"})
                assert (await envoy.hosts())["shop"] == {at["b"]}
    assert (traffic.failures, server.refusals) == ([], [])
    assert server.methods == ["DeltaAggregatedResources" if delta else "StreamAggregatedResources"]


@DIALECTS
async def test_each_type_can_have_a_service_of_its_own(tmp_path: Path, *, delta: bool) -> None:
    async with scripted() as (server, port), backends("a") as at:
        with ports(1) as (front,):
            bootstrap = Bootstrap(port, delta, aggregated=False)
            made = services(front, {"shop": [at["a"]]}, source=bootstrap.source)
            server.publish("one", made)
            async with Envoy(bootstrap, tmp_path) as envoy, Traffic(front) as traffic:
                await envoy.converged(**everywhere("one"))
                await traffic.reaches({"a"})
    way = "Delta" if delta else "Stream"
    assert sorted(server.methods) == [f"{way}{what}" for what in METHODS]


@DIALECTS
async def test_what_envoy_refuses_it_gives_a_reason_for(tmp_path: Path, *, delta: bool) -> None:
    async with scripted() as (server, port), backends("a") as at:
        with ports(1) as (front,):
            good, *rest = services(front, {"shop": [at["a"]]})
            server.publish("good", [good, *rest])
            async with Envoy(Bootstrap(port, delta), tmp_path) as envoy, Traffic(front) as traffic:
                await envoy.converged(cds="good")
                bad = {**good, "spec": {**good["spec"], "connect_timeout": "0s"}}
                server.publish("bad", [bad, *rest])
                state = await envoy.converged(cds="good", lds="bad")
                assert state.rejected == 1
                assert (await envoy.held("clusters"))["shop"].version == "good"
                await traffic.some(5)
    ((url, _, error),) = server.refusals
    assert url.endswith("Cluster")
    assert "ConnectTimeout" in error
    assert traffic.failures == []


async def test_a_request_that_nobody_answers_is_a_failure(tmp_path: Path) -> None:
    async with scripted() as (server, port), backends("a") as at:
        with ports(2) as (front, nobody):
            server.publish("one", services(front, {"shop": [at["a"]]}))
            async with Envoy(Bootstrap(port), tmp_path) as envoy, Traffic(front) as traffic:
                await traffic.reaches({"a"})
                server.publish("two", services(front, {"shop": [nobody]}))
                await envoy.shows(services(front, {"shop": [nobody]}))
                (answer, *_) = await traffic.some()
    assert (answer.status, answer.backend) == (503, "")
    assert answer in traffic.failures


@pytest.mark.parametrize("once", [True, False])
async def test_envoy_says_who_it_is(tmp_path: Path, *, once: bool) -> None:
    bootstrap: dict[str, Any] = {
        "node": "gateway-7",
        "cluster": "gateways",
        "locality": {"region": "north", "zone": "n1"},
        "metadata": {"role": "edge"},
        "headers": {"authorization": "Bearer secret"},
    }
    async with scripted() as (server, port):
        server.publish("empty", [])
        async with Envoy(Bootstrap(port, node_once=once, **bootstrap), tmp_path) as envoy:
            await envoy.until(lambda: len(server.replies) == 2)
    node = server.nodes[0]
    assert (node.id, node.cluster, dict(node.metadata)) == (
        "gateway-7",
        "gateways",
        {"role": "edge"},
    )
    assert (node.locality.region, node.locality.zone) == ("north", "n1")
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert (len(server.nodes) == 1) == once


@DIALECTS
async def test_random_edits_drop_no_request(tmp_path: Path, *, delta: bool) -> None:
    async with scripted() as (server, port), backends("a", "b", "c") as at:
        with ports(4) as (front, *spare):
            backs = list(at.values())
            scene = Scene.of(front, backs)
            server.publish("start", scene.manifests())
            async with Envoy(Bootstrap(port, delta), tmp_path) as envoy, Traffic(front) as traffic:
                for number, edit in enumerate(edits(7, scene, backs, spare, 30)):
                    server.publish(f"{number}", edit.scene.manifests())
                    await envoy.converged(cds=f"{number}", lds=f"{number}")
                    await envoy.shows(edit.scene.manifests())
                await traffic.some(10)
    assert (traffic.failures, server.refusals) == ([], [])


@DIALECTS
async def test_envoy_connects_again(tmp_path: Path, *, delta: bool) -> None:
    async with backends("a", "b") as at, contextlib.AsyncExitStack() as rest:
        with ports(1) as (front,):
            async with scripted() as (server, port):
                server.publish("one", services(front, {"shop": [at["a"]]}))
                envoy = await rest.enter_async_context(Envoy(Bootstrap(port, delta), tmp_path))
                traffic = await rest.enter_async_context(Traffic(front))
                await traffic.reaches({"a"})

            async def alone() -> bool:
                return not (await envoy.state()).connected

            await envoy.until(alone)
            await traffic.reaches({"a"})
            async with scripted(port=port) as (server, _):
                server.publish("two", services(front, {"shop": [at["b"]]}))
                await envoy.converged(**everywhere("two"))
                await traffic.reaches({"b"})
                await rest.aclose()
    assert traffic.failures == []


async def test_envoy_trusts_and_is_trusted(tmp_path: Path) -> None:
    server_side, client_side = pair("server", "localhost"), pair("client", "client")
    for name, each in {"server": server_side, "client": client_side}.items():
        (tmp_path / f"{name}.crt").write_text(each.certificate)
        (tmp_path / f"{name}.key").write_text(each.key)
    credentials = grpc.ssl_server_credentials(
        [(server_side.key.encode(), server_side.certificate.encode())],
        root_certificates=client_side.certificate.encode(),
        require_client_auth=True,
    )
    at = {name: tmp_path / name for name in ("server.crt", "client.crt", "client.key")}
    tls = Tls(at["server.crt"], at["client.crt"], at["client.key"])
    async with scripted(credentials) as (server, port):
        server.publish("empty", [])
        async with Envoy(Bootstrap(port, tls=tls), tmp_path) as envoy:
            await envoy.converged(cds="empty", lds="empty")


async def test_what_envoy_said_accompanies_a_failure(tmp_path: Path) -> None:
    async with scripted() as (_, port):
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match="not converged") as caught:
            async with Envoy(Bootstrap(port), tmp_path, wait=False) as envoy:
                await envoy.converged(cds="never", within=0.5)
        assert time.monotonic() - begun < 20
    assert any(note.startswith("Envoy envoy-1 said") for note in caught.value.__notes__)
    assert envoy.process.returncode is not None
