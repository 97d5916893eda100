"""What the samples say is what an istiod reads from a service that serves them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.json_format import ParseDict

from pipeline.encoding.istio import ISTIO
from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles.istiod import Istiod
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.stored import kind
from tests.mesh.istiod.test_bodies import plain
from tests.pipeline.encoding.protobuf.descriptors import message_class

SAMPLES = Path(__file__).parents[2] / "samples"
DEADLINE = 40.0


def url(istiod: Istiod, collection: str) -> str:
    group, _, name = collection.partition("/")
    (found,) = (u for u in istiod.types if u.startswith(f"{group}/") and u.endswith(f"/{name}"))
    return found


@pytest.fixture
def sample(make_service: Callable[..., Any], tmp_path: Path) -> Callable[[str], Any]:
    """A service with the settings of a sample, and a wire for istiod."""

    def make(name: str) -> Any:
        shutil.copytree(SAMPLES, tmp_path / "samples")
        service = make_service(f"samples/{name}")
        given = yaml.safe_load((service.folder / "galley.yaml").read_text())
        given["channels"][0]["wires"] = ["istio"]
        service.settings |= {**given, "listen": "127.0.0.1:0", "mesh_listen": "127.0.0.1:0"}
        return service

    return make


@pytest.mark.parametrize("name", ["bookinfo", "ingress", "istiod"])
async def test_everything_arrives_as_it_was_written(
    sample: Callable[[str], Any], name: str
) -> None:
    service = sample(name)
    await service.start()
    await service.live(1, channel="default")
    async with (
        service.follow(channel="default") as follower,
        Istiod(service.mesh_address, pauses=Fixed(0.05)) as istiod,
    ):
        await istiod.synced(DEADLINE)
        await follower.at(1)
        carried = {
            resource.key: resource.document().body.get("spec") or {}
            for resource in follower.client.resources.values()
            if ISTIO.carries(resource.key.collection)
        }
    assert carried
    stored = {
        (held_url, *held): kept
        for held_url, store in istiod.store.items()
        for held, kept in store.items()
    }
    assert istiod.dropped == []
    assert len(stored) == len(carried)
    for key, spec in carried.items():
        kept = stored[url(istiod, key.collection), key.namespace, key.name]
        assert kind(kept.type_url) == ISTIO.bodies[key.collection]
        cls = message_class(kind(kept.type_url), Generation.TODAY)
        assert cls.FromString(kept.body) == ParseDict(plain(spec), cls()), key
