"""What an API server publishes of its own kinds: asked for once, and again where it differs.

A real one is asked. Where an answer is to be damaged or refused, that happens on the way from it.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeAlias, cast

import pytest

from pipeline.model import Broken, Change, Read, Removed
from sources.kubernetes.access import Access
from sources.kubernetes.failure import AnsweredError
from sources.kubernetes.published import Published
from sources.kubernetes.schemas import ClusterSchemas
from sources.settings import PUBLISHED, ClusterSchemasSettings, KindEntry, KubernetesSettings
from sources.source import SourceContext
from tests.cluster.server import GROUP, Cluster

INDEX = "/openapi/v3"
CORE, SCALING, SCALING2 = "api/v1", "apis/autoscaling/v1", "apis/autoscaling/v2"
DOWN = AnsweredError(503, "the server is down")
FORBIDDEN = AnsweredError(403, "not for you")


class Way:
    """The way to an API server, on which answers may be lost or exchanged."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.faults: dict[str, Any] = {}
        """By path, what comes instead of a document; the empty path is the index."""
        self.asked: list[str] = []

    async def json(self, path: str) -> Any:
        place = path.removeprefix(INDEX).strip("/").partition("?")[0]
        self.asked.append(place)
        answer = self.faults.get(place) or await self._access.json(path)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def index(self) -> Mapping[str, Any]:
        """What the API server says that there is."""
        found: Mapping[str, Any] = (await self._access.json(INDEX))["paths"]
        return found


class Looks:
    """Looks at some groups; of all others CRDs are said to define their kinds."""

    def __init__(self, way: Way, *groups: str) -> None:
        self.way = way
        self.groups = set(groups)
        self._published = Published("prod", cast("Access", way))

    async def again(self) -> Mapping[str, Change]:
        """What the next look tells, by locator."""
        self.way.asked.clear()
        others = {path.split("/")[1] for path in await self.way.index() if "/" in path}
        others = {"core" if each == "v1" else each for each in others} - self.groups
        return {each.locator: each for each in await self._published.look(others)}

    async def until(self, version: str) -> None:
        """Look until a version is told: it is published in a moment, and pytest has a deadline."""
        told: list[str] = []
        while version not in told:
            told = [name for each in (await self.again()).values() for name in versions(each)]


def versions(change: Change) -> list[str]:
    assert isinstance(change, Read)
    assert {each.resource.key.collection for each in change.resources} == {PUBLISHED}
    return [each.resource.key.name for each in change.resources]


Look: TypeAlias = Callable[..., Looks]


@pytest.fixture
async def look_at(cluster: Cluster) -> AsyncIterator[Look]:
    """`look_at("core", "apps")`: looks at what is published of these groups."""
    settings = KubernetesSettings(name="prod", type="kubernetes", kubeconfig=cluster.kubeconfig())
    access = Access(settings)
    yield lambda *groups: Looks(Way(access), *groups)
    await access.close()


async def test_each_group_is_told_once_with_all_its_versions(look_at: Look) -> None:
    looks = look_at("core", "autoscaling")

    first = await looks.again()

    assert {name: versions(each) for name, each in first.items()} == {
        "openapi/core": ["core.v1"],
        "openapi/autoscaling": ["autoscaling.v1", "autoscaling.v2"],
    }
    assert await looks.again() == {}
    assert looks.way.asked == [""]


async def test_what_crds_define_is_not_asked_for(look_at: Look) -> None:
    looks = look_at("core")

    assert set(await looks.again()) == {"openapi/core"}
    assert looks.way.asked == ["", CORE]


async def test_a_group_that_differs_is_told_anew_and_one_that_is_gone_goes(
    look_at: Look, cluster: Cluster
) -> None:
    looks = look_at("core", GROUP)
    await looks.until(f"{GROUP}.v1")

    cluster.install("published", "Published", "v7")
    await looks.until(f"{GROUP}.v7")
    assert CORE not in looks.way.asked

    looks.groups.remove(GROUP)
    assert await looks.again() == {f"openapi/{GROUP}": Removed(f"openapi/{GROUP}")}
    cluster.uninstall("published")


@pytest.mark.parametrize("fault", [DOWN, [1], {"deep": float("nan")}])
async def test_a_group_that_cannot_be_read_is_told_once_until_it_can(
    look_at: Look, fault: Any
) -> None:
    looks = look_at("core", "autoscaling")
    looks.way.faults[SCALING2] = fault

    told = await looks.again()

    broken = told["openapi/autoscaling"]
    assert isinstance(broken, Broken)
    assert "of the group autoscaling cannot be read" in broken.errors[0].message
    assert versions(told["openapi/core"])
    assert await looks.again() == {}

    looks.way.faults.clear()
    assert versions((await looks.again())["openapi/autoscaling"])
    assert await looks.again() == {}


async def test_what_has_no_address_is_passed_over(look_at: Look) -> None:
    looks = look_at("core", "autoscaling")
    index = await looks.way.index()
    looks.way.faults[""] = {"paths": {CORE: index[CORE], SCALING: None, SCALING2: {}}}

    assert set(await looks.again()) == {"openapi/core"}


async def test_a_group_that_was_never_readable_and_is_gone_is_no_problem_any_more(
    look_at: Look,
) -> None:
    looks = look_at("autoscaling")
    looks.way.faults[SCALING] = DOWN
    await looks.again()

    looks.groups.clear()

    gone = "openapi/autoscaling"
    assert await looks.again() == {gone: Removed(gone)}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (FORBIDDEN, "not for you."),
        ([1], "it names no documents."),
        ({"paths": [1]}, "it names no documents."),
    ],
)
async def test_an_index_that_cannot_be_read_takes_nothing_away(
    look_at: Look, fault: Any, said: str
) -> None:
    looks = look_at("core")
    looks.way.faults[""] = fault

    (broken,) = (await looks.again()).values()

    assert broken.locator == "openapi/"
    assert isinstance(broken, Broken)
    assert broken.errors[0].message.endswith(said)
    assert await looks.again() == {}
    looks.way.faults.clear()
    assert list(await looks.again()) == ["openapi/", "openapi/core"]


@pytest.mark.parametrize(("labels", "documents"), [("", True), ("suite=none", False)])
async def test_a_real_server_publishes_its_own_kinds(
    attend: Any, cluster: Any, labels: str, documents: bool
) -> None:
    """But where labels choose definitions, what has none is not chosen."""
    settings = ClusterSchemasSettings(
        name="prod",
        type="kubernetes",
        kubeconfig=cluster.kubeconfig(),
        labels=labels,
        kinds=(KindEntry(kind="apiextensions.k8s.io/CustomResourceDefinition"),),
    )
    source = ClusterSchemas(settings, SourceContext())

    async with attend(source) as follower:
        (batch,) = follower.batches

    assert batch.complete
    groups = {each.locator for each in batch.changes if each.locator.startswith("openapi/")}
    assert ({"openapi/core", "openapi/apps"} <= groups) is documents
    assert "openapi/example.com" not in groups
    assert source.health().problem is None
