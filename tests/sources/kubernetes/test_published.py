"""What an API server publishes of its own kinds: asked for once, and again where it differs.

The answers are made up where a real API server gives none such: damaged, refused, or other ones
than a moment ago.
"""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from pipeline.model import Broken, Change, Read, Removed
from sources.kubernetes.access import Access
from sources.kubernetes.failure import AnsweredError
from sources.kubernetes.published import Published
from sources.kubernetes.schemas import ClusterSchemas
from sources.settings import PUBLISHED, ClusterSchemasSettings, KindEntry
from sources.source import SourceContext

APPS, APPS2, CORE, ISTIO = "apis/apps/v1", "apis/apps/v1beta1", "api/v1", "apis/istio.io/v1"
DOWN = AnsweredError(503, "the server is down")
FORBIDDEN = AnsweredError(403, "not for you")


class Answers:
    """An API server that publishes what it is told to."""

    def __init__(self, *paths: str) -> None:
        self.hashes = dict.fromkeys(paths, "1")
        self.faults: dict[str, Any] = {}
        """By path, what is answered instead of a document; the empty path is the index."""
        self.asked: list[str] = []

    async def json(self, path: str) -> Any:
        place = path.removeprefix("/openapi/v3").strip("/").partition("?")[0]
        self.asked.append(place)
        answer = self.faults.get(place) or self._answer(place)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _answer(self, place: str) -> Any:
        if place:
            return {"openapi": "3.0.0", "hash": self.hashes[place]}
        addresses = {
            each: {"serverRelativeURL": f"/openapi/v3/{each}?hash={number}"}
            for each, number in self.hashes.items()
        }
        return {"paths": {"version": {"serverRelativeURL": "/openapi/v3/version"}, **addresses}}


class Looks:
    def __init__(self, answers: Answers, *defined: str) -> None:
        self._published = Published("prod", cast("Access", answers))
        self._answers = answers
        self._defined = defined

    async def again(self) -> Mapping[str, Change]:
        """What the next look tells, by locator."""
        self._answers.asked.clear()
        return {each.locator: each for each in await self._published.look(self._defined)}


def versions(change: Change) -> list[str]:
    assert isinstance(change, Read)
    assert {each.resource.key.collection for each in change.resources} == {PUBLISHED}
    return [each.resource.key.name for each in change.resources]


async def test_each_group_is_told_once_with_all_its_versions() -> None:
    answers = Answers(CORE, APPS, APPS2)
    looks = Looks(answers)

    first = await looks.again()

    assert {name: versions(each) for name, each in first.items()} == {
        "openapi/core": ["core.v1"],
        "openapi/apps": ["apps.v1", "apps.v1beta1"],
    }
    assert await looks.again() == {}
    assert answers.asked == [""]


async def test_what_crds_define_is_not_asked_for() -> None:
    answers = Answers(CORE, ISTIO)

    assert set(await Looks(answers, "istio.io").again()) == {"openapi/core"}
    assert ISTIO not in answers.asked


async def test_a_group_that_differs_is_told_anew_and_one_that_is_gone_goes() -> None:
    answers = Answers(CORE, APPS, APPS2)
    looks = Looks(answers)
    await looks.again()

    answers.hashes[APPS2] = "2"
    del answers.hashes[CORE]
    told = await looks.again()

    assert versions(told["openapi/apps"]) == ["apps.v1", "apps.v1beta1"]
    assert told["openapi/core"] == Removed("openapi/core")
    assert CORE not in answers.asked


@pytest.mark.parametrize("fault", [DOWN, [1], {"deep": float("nan")}])
async def test_a_group_that_cannot_be_read_is_told_once_until_it_can(fault: Any) -> None:
    answers = Answers(CORE, APPS)
    answers.faults[APPS] = fault
    looks = Looks(answers)

    told = await looks.again()

    broken = told["openapi/apps"]
    assert isinstance(broken, Broken)
    assert "of the group apps cannot be read" in broken.errors[0].message
    assert versions(told["openapi/core"])
    assert await looks.again() == {}

    answers.faults.clear()
    assert versions((await looks.again())["openapi/apps"])
    assert await looks.again() == {}


async def test_what_has_no_address_is_passed_over() -> None:
    answers = Answers(CORE)
    answers.faults[""] = {"paths": {CORE: {"serverRelativeURL": f"/openapi/v3/{CORE}"}, APPS: None}}

    assert set(await Looks(answers).again()) == {"openapi/core"}


async def test_a_group_that_was_never_readable_and_is_gone_is_no_problem_any_more() -> None:
    answers = Answers(APPS)
    answers.faults[APPS] = DOWN
    looks = Looks(answers)
    await looks.again()

    del answers.hashes[APPS]

    assert await looks.again() == {"openapi/apps": Removed("openapi/apps")}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (FORBIDDEN, "not for you."),
        ([1], "it names no documents."),
        ({"paths": [1]}, "it names no documents."),
    ],
)
async def test_an_index_that_cannot_be_read_takes_nothing_away(fault: Any, said: str) -> None:
    answers = Answers(CORE)
    answers.faults[""] = fault
    looks = Looks(answers)

    (broken,) = (await looks.again()).values()

    assert broken.locator == "openapi/"
    assert isinstance(broken, Broken)
    assert broken.errors[0].message.endswith(said)
    assert await looks.again() == {}
    answers.faults.clear()
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
