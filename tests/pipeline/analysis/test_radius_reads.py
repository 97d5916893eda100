"""What is read around a change to say what it affects: the mesh, and each gateway once."""

from collections.abc import Callable

import pytest
import yaml

from pipeline.analysis.radius import INQUIRY, Radius, radius
from pipeline.engine import Engine
from pipeline.model import Key, Resource
from pipeline.stage import Index, Reader
from tests.pipeline.analysis.conftest import Change
from tests.pipeline.analysis.small_mesh import (
    INGRESS,
    ISTIO,
    MESH,
    REVIEWS,
    asked,
    manifest,
    names,
    route,
    service,
)

ReadResources = Callable[[str], Change]
MakeEngine = Callable[..., Engine]


@pytest.fixture
def mesh(engine_of: MakeEngine, resources: ReadResources) -> Engine:
    engine = engine_of()
    engine.apply(resources(MESH))
    return engine


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("defaultVirtualServiceExportTo", route("a", "reviews")),
        (
            "defaultDestinationRuleExportTo",
            manifest(ISTIO, "DestinationRule", "a", {"host": "reviews"}),
        ),
        ("defaultServiceExportTo", manifest(ISTIO, "ServiceEntry", "a", {"hosts": [REVIEWS]})),
        ("defaultServiceExportTo", manifest("v1", "Service", "reviews", {})),
    ],
)
def test_who_sees_what_says_nothing_is_told_by_the_mesh(
    mesh: Engine, resources: ReadResources, setting: str, text: str
) -> None:
    said = {"mesh": yaml.safe_dump({setting: [".", "edge"]})}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": said}
    mesh.apply(dict.fromkeys(resources(service("reviews"))))
    mesh.apply(resources(yaml.safe_dump({**config, "metadata": {"name": "istio"}})))

    assert asked(mesh, resources(text)) == Radius(names(REVIEWS), callers=names("shop", "edge"))


class Counted:
    """A reader that counts what it is asked."""

    def __init__(self, reader: Reader) -> None:
        self.asked = 0
        self._reader = reader

    def get(self, key: Key) -> Resource | None:
        self.asked += 1
        return self._reader.get(key)

    def find(self, index: Index, value: str) -> tuple[Resource, ...]:
        self.asked += 1
        return self._reader.find(index, value)

    def holds(self, collection: str) -> bool:
        self.asked += 1
        return self._reader.holds(collection)


def test_the_workloads_of_a_gateway_are_looked_up_once(
    mesh: Engine, resources: ReadResources
) -> None:
    """However many of its routes change."""

    def reads(count: int) -> int:
        routes = (
            route(f"r{n}", f"h{n}.example.com", gateways=["edge/public"]) for n in range(count)
        )
        change = resources("---\n".join(routes))
        mesh.apply(change)
        reader = Counted(mesh.reader(INQUIRY))
        found, _ = radius(filter(None, change.values()), reader, 100)
        assert (found.workloads, len(found.hosts)) == (INGRESS, count)
        return reader.asked

    assert reads(1) == reads(30)
