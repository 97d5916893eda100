"""Who gets what: istiod leaves out what is labelled for another revision, and groups choose."""

from galley.settings import GroupSettings
from galley.settings.mesh import NodeMatch
from pipeline.model import Resource
from tests.mesh.istiod.conftest import (
    VIRTUAL_SERVICES,
    acknowledged,
    answers,
    holds,
    istiod_of,
    names,
    route,
)
from tests.mesh.served import istio, serving

REV = "istio.io/rev"


def of_revision(name: str, revision: str) -> Resource:
    return istio("VirtualService", name, {"hosts": ["a"]}, **{REV: revision})


async def test_the_label_is_passed_on_and_istiod_chooses() -> None:
    async with (
        serving(route("all"), of_revision("b", "blue"), of_revision("g", "green")) as mesh,
        istiod_of(mesh, revision="blue") as blue,
        istiod_of(mesh, revision="green", pod="green") as green,
        istiod_of(mesh, pod="none") as without,
    ):
        await acknowledged(mesh, 3)
        assert names(blue) == {"all", "b"}
        assert names(green) == {"all", "g"}
        assert names(without) == {"all", "b", "g"}
        assert without.store[VIRTUAL_SERVICES]["default", "b"].labels == {REV: "blue"}


async def test_a_group_of_a_revision_gets_what_has_its_labels() -> None:
    groups = (
        GroupSettings(
            match=NodeMatch(metadata={"ISTIO_REVISION": "canary*"}), labels={REV: "canary"}
        ),
        GroupSettings(),
    )
    async with (
        serving(route("a"), of_revision("c", "canary"), groups=groups) as mesh,
        istiod_of(mesh, revision="canary-2") as canary,
        istiod_of(mesh, revision="stable", pod="stable") as stable,
        istiod_of(mesh, pod="none") as without,
    ):
        await acknowledged(mesh, 3)
        answer = next(each for each in canary.log.received if each.type_url == VIRTUAL_SERVICES)
        assert len(answer.resources) == 1
        assert names(canary) == set()  # canary-2 is not canary: the label is istiod's to judge
        assert names(stable) == {"a"}
        assert names(without) == {"a", "c"}


async def test_a_change_that_a_group_does_not_see_is_not_sent_to_it() -> None:
    groups = (
        GroupSettings(match=NodeMatch(metadata={"ISTIO_REVISION": "blue"}), labels={REV: "blue"}),
        GroupSettings(),
    )
    async with (
        serving(of_revision("b", "blue"), groups=groups) as mesh,
        istiod_of(mesh, revision="blue") as blue,
        istiod_of(mesh, pod="none") as without,
    ):
        await acknowledged(mesh, 2)
        mesh.line.publish(route("a"))
        await holds(without, "a", "b")
        await acknowledged(mesh, 2)
        assert (answers(blue), names(blue)) == (1, {"b"})


async def test_a_resource_that_leaves_a_group_is_deleted_there() -> None:
    groups = (GroupSettings(labels={REV: "blue"}),)
    async with (
        serving(of_revision("a", "blue"), of_revision("b", "blue"), groups=groups) as mesh,
        istiod_of(mesh) as istiod,
    ):
        await acknowledged(mesh)
        mesh.line.publish(of_revision("a", "green"))
        await holds(istiod, "b")
