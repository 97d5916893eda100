"""Random edits are consistent, equal for equal seeds, and differ from one another."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.mesh.envoy.bootstrap import Json
from tests.mesh.envoy.configs import write
from tests.mesh.envoy.edits import ROOT, Scene, Service, edits

BACKENDS, SPARE, PORT = (8001, 8002, 8003), (9001, 9002), 9000
BEGUN = Scene.of(PORT, BACKENDS)


def names(manifests: list[Json], kind: str) -> list[str]:
    return sorted(each["metadata"]["name"] for each in manifests if each["kind"] == kind)


@pytest.mark.parametrize("seed", range(5))
def test_every_mesh_is_consistent(seed: int) -> None:
    for _, scene in edits(seed, BEGUN, BACKENDS, SPARE):
        made = scene.manifests()
        assert names(made, "Cluster") == names(made, "ClusterLoadAssignment")
        assert scene.used <= scene.services.keys()
        assert scene.routes[ROOT]
        assert all(each.ports for each in scene.services.values())
        assert names(made, "Listener") == names(made, "RouteConfiguration")
        taken = [port for port, _ in scene.extra.values()]
        assert sorted(taken) == sorted(set(taken) & set(SPARE))


def test_all_ways_are_gone_and_each_changes_something() -> None:
    made = list(edits(1, BEGUN, BACKENDS, SPARE))
    scenes = [BEGUN, *(each.scene for each in made)]
    assert len(made) == 200
    assert len({each.what for each in made}) == 10
    assert all(one.manifests() != next_.manifests() for one, next_ in pairwise(scenes))


def test_equal_seeds_give_equal_edits() -> None:
    one, same, other = (list(edits(seed, BEGUN, BACKENDS, SPARE, 20)) for seed in (3, 3, 4))
    assert one == same != other


def test_a_folder_is_made_to_hold_them(tmp_path: Path) -> None:
    everything = ["0-main.json", "1-main.json", "2-main.json", "3-main.json"]
    assert write(tmp_path, BEGUN.manifests()) == everything
    edited = replace(BEGUN, services={**BEGUN.services, "new": Service((8001,))})
    assert write(tmp_path, edited.manifests()) == ["0-new.json", "1-new.json"]
    assert write(tmp_path, BEGUN.manifests()) == ["1-new.json", "0-new.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == everything
