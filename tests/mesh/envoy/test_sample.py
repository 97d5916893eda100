"""`samples/envoy` is something that a real Envoy takes."""

import subprocess
from pathlib import Path

import yaml

from tests.mesh.envoy.bootstrap import Bootstrap, Json
from tests.mesh.envoy.proxy import Envoy, ports, program
from tests.mesh.envoy.scripted import scripted

SAMPLE = Path(__file__).parents[3] / "samples" / "envoy"
DOOR = "port_value: 10000"


def manifests(port: int) -> list[Json]:
    """The sample's resources, with the door at another port."""
    texts = [path.read_text() for path in sorted((SAMPLE / "config").glob("*.yaml"))]
    assert any(DOOR in text for text in texts)
    moved = (text.replace(DOOR, f"port_value: {port}") for text in texts)
    return [each for text in moved for each in yaml.safe_load_all(text)]


def test_its_bootstrap_is_valid() -> None:
    words = [program(), "--mode", "validate", "-c", str(SAMPLE / "envoy.yaml")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_its_resources_are_taken(tmp_path: Path) -> None:
    async with scripted() as (server, port):
        with ports(1) as (front,):
            server.publish("one", manifests(front))
            async with Envoy(Bootstrap(port, delta=True), tmp_path) as envoy:
                await envoy.converged(cds="one", lds="one", rds={"shop": "one"})
                hosts = await envoy.hosts()
    assert hosts.items() >= {"checkout-stable": {10081}, "checkout-next": {10082}}.items()
    assert server.refusals == []
