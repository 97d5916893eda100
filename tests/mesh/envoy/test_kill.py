"""`kill -9` of a real service while traffic flows through an Envoy, and what changed meanwhile."""

import socket
from pathlib import Path

import pytest

from tests.journeys.conftest import Service
from tests.mesh.envoy.bootstrap import Bootstrap
from tests.mesh.envoy.configs import services, write
from tests.mesh.envoy.proxy import Envoy, ports, program
from tests.mesh.envoy.traffic import Traffic
from tests.mesh.envoy.upstream import backends


@pytest.fixture(autouse=True)
def _envoy() -> None:
    program()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])
async def test_traffic_flows_over_kills_and_rollbacks(tmp_path: Path, *, delta: bool) -> None:
    service = Service(tmp_path, wires=["envoy"], policies=[])
    port = service.settings["mesh_listen"] = free_port()
    service.settings["mesh_listen"] = f"127.0.0.1:{port}"
    async with backends("a", "b", "c") as at:
        with ports(1) as (front,):
            one = services(front, {"shop": [at["a"]], "old": [at["a"]]})
            two = services(front, {"shop": [at["b"]]})
            write(service.config, one)
            try:
                await service.start()
                async with (
                    Envoy(Bootstrap(port, delta), tmp_path) as envoy,
                    Traffic(front) as traffic,
                ):
                    await traffic.reaches({"a"})
                    await service.kill()
                    await traffic.some(20)
                    await service.start()
                    await envoy.shows(one)
                    await service.kill()
                    write(service.config, two)
                    await service.start()
                    await envoy.shows(two)
                    await traffic.reaches({"b"})
                    code, said = await service.cli("rollback", "1", "--reason", "test")
                    assert code == 0, said
                    assert "1 of 1 subscribers have it" in said
                    await traffic.reaches({"a"})
                    await service.kill()
                    await service.start()
                    await envoy.shows(one)
                    state = await envoy.state()
            finally:
                await service.close()
        assert traffic.failures == []
        assert state.rejected == 0
