"""Kinds that appear, change version, may not be read, or are not there."""

import contextlib
import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.model import Removed

BROKEN = "example.com/Widget/"


@pytest.fixture
def widgets(cluster: Any, space: Any) -> Iterator[Any]:
    """A kind of this test's own; not installed at first."""

    def put(name: str, version: str = "v1") -> None:
        said = {
            "apiVersion": f"example.com/{version}",
            "kind": "Widget",
            "metadata": {"name": name},
            "spec": {},
        }
        cluster.request("POST", space.path("widgets", version), said)

    yield put
    with contextlib.suppress(urllib.error.HTTPError):
        cluster.uninstall("widgets")


async def test_a_kind_that_comes_later_is_followed_from_then_on(
    attend: Any, follow: Any, space: Any, cluster: Any, widgets: Any
) -> None:
    space.put("a")
    async with attend(follow(kinds=["example.com/*"])) as follower:
        assert follower.names == {"a"}
        cluster.install("widgets", "Widget", "v1")
        widgets("w")
        await follower.until(lambda: follower.names == {"a", "w"})


async def test_a_kind_that_is_named_and_missing_is_told_and_the_rest_goes_on(
    attend: Any, follow: Any, space: Any, cluster: Any, widgets: Any
) -> None:
    space.put("a")
    kinds = ["example.com/Thing", "example.com/Widget"]
    async with attend(follow(kinds=kinds)) as follower:
        assert (follower.names, follower.codes(BROKEN)) == ({"a"}, ["GAL1305"])
        cluster.install("widgets", "Widget", "v1")
        widgets("w")
        await follower.until(lambda: follower.names == {"a", "w"} and not follower.errors)
        cluster.uninstall("widgets")
        await follower.until(
            lambda: follower.names == {"a"} and follower.codes(BROKEN) == ["GAL1305"]
        )
        space.put("b")
        await follower.until(lambda: follower.names == {"a", "b"})


async def test_a_kind_that_changes_its_version_is_read_at_the_new_one(
    attend: Any, follow: Any, space: Any, cluster: Any, widgets: Any
) -> None:
    cluster.install("widgets", "Widget", "v1")
    widgets("w")
    async with attend(follow(kinds=["example.com/Widget"])) as follower:
        locator = f"example.com/Widget/{space.name}/w"
        before = follower.held[locator]
        cluster.install("widgets", "Widget", "v2", "v1")
        await follower.until(lambda: follower.held[locator] != before)
        widgets("x", "v2")
        await follower.until(lambda: follower.names == {"w", "x"})
        changes = [change for batch in follower.batches for change in batch.changes]
        assert not any(isinstance(change, Removed) and "w" in change.locator for change in changes)


async def test_kinds_are_chosen_by_the_labels_of_their_crds(
    attend: Any, follow: Any, space: Any, cluster: Any, widgets: Any
) -> None:
    cluster.install("widgets", "Widget", "v1")
    widgets("w")
    async with attend(follow(kinds=[{"crds": "team=mesh"}])) as follower:
        assert follower.names == set()
        cluster.install("widgets", "Widget", "v1", team="mesh")
        await follower.until(lambda: follower.names == {"w"})
        cluster.install("widgets", "Widget", "v1")
        await follower.until(lambda: follower.names == set())


async def test_a_kind_that_is_forbidden_is_told_until_the_right_is_given(
    attend: Any, follow: Any, space: Any, cluster: Any, widgets: Any
) -> None:
    cluster.install("widgets", "Widget", "v1")
    widgets("w")
    space.put("a")
    cluster.allow("things")
    given = {
        "kubeconfig": cluster.kubeconfig(cluster.reader),
        "kinds": ["example.com/Thing", "example.com/Widget"],
    }
    prefix = f"{BROKEN}{space.name}/"
    async with attend(follow(**given)) as follower:
        assert (follower.names, follower.codes(prefix)) == ({"a"}, ["GAL1304"])
        cluster.allow("things", "widgets")
        await follower.until(lambda: follower.names == {"a", "w"} and not follower.errors)
        assert follower.source.health().problem is None


async def test_a_right_that_is_taken_away_deletes_nothing(
    attend: Any, follow: Any, space: Any, cluster: Any
) -> None:
    space.put("a")
    cluster.allow("things")
    source = follow(kubeconfig=cluster.kubeconfig(cluster.reader))
    async with attend(source) as follower:
        cluster.allow()
        for each in source._crew or ():  # an open watch outlives its right
            each._version = ""
        cluster.stop_server()
        cluster.start_server()
        await follower.until(lambda: bool(follower.errors))
        assert follower.names == {"a"}
        cluster.allow("things")
        space.put("b")
        await follower.until(lambda: follower.names == {"a", "b"} and not follower.errors)
