"""What a cluster holds is listed, and what changes follows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Batch, Broken, Origin, Read
from sources.kubernetes import listing
from sources.source import Limits, SourceContext
from tests.sources.kubernetes.conftest import Space


def last(follower: Any) -> Batch:
    batch: Batch = follower.batches[-1]
    return batch


async def test_what_is_there_comes_at_once_and_what_changes_follows(
    attend: Any, follow: Any, space: Any
) -> None:
    space.put("a", 1)
    async with attend(follow()) as follower:
        assert follower.names == {"a"}
        space.put("b", 1)
        await follower.until(lambda: follower.names == {"a", "b"})
        before = follower.held[space.locator("a")]
        space.put("a", 2)
        await follower.until(lambda: follower.held[space.locator("a")] != before)
        space.delete("b")
        await follower.until(lambda: follower.names == {"a"})


async def test_a_list_is_read_page_by_page(attend: Any, follow: Any, space: Any) -> None:
    names = {f"n{number}" for number in range(7)}
    for name in names:
        space.put(name)
    async with attend(follow(page=2)) as follower:
        assert follower.names == names
        assert len(follower.batches) == 1


async def test_no_more_lists_than_allowed_are_under_way(
    attend: Any, follow: Any, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces = [Space(cluster) for _ in range(5)]
    for each in spaces:
        each.put(each.name)
    under_way, most, pages = 0, 0, listing.pages

    async def counted(*asked: Any) -> AsyncIterator[Any]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            async for page in pages(*asked):
                yield page
        finally:
            under_way -= 1

    monkeypatch.setattr("sources.kubernetes.follower.pages", counted)
    names = {each.name for each in spaces}
    async with attend(follow(namespaces=[*names], concurrency=2)) as follower:
        assert follower.names == names
    assert most == 2


def origin_of(batch: Batch) -> Origin:
    (change,) = batch.changes
    assert isinstance(change, Read)
    return change.resources[0].origin


async def test_an_origin_tells_where_and_which_object_at_which_version(
    attend: Any, follow: Any, space: Any, cluster: Any
) -> None:
    space.put("a", 1)
    said = space.put("a", 2)["metadata"]
    source = follow()
    async with attend(source) as follower:
        (change,) = follower.batches[0].changes
        origin = origin_of(follower.batches[0])
        assert (origin.source, origin.revision) == ("team", said["resourceVersion"])
        assert (origin.uid, origin.generation) == (said["uid"], 2)
        assert origin.locator == str(change.resources[0].resource.key) == space.locator("a")
        assert source.link(origin) == f"https://127.0.0.1:{cluster.port}{space.path()}/a"
        assert source.link(Origin("team", "", "example.com/Thing/")) == ""
        assert source.link(Origin("team", "", "")) == ""


async def test_a_batch_says_who_has_changed_what(attend: Any, follow: Any, space: Any) -> None:
    async with attend(follow()) as follower:
        space.put("a", 1)
        await follower.until(lambda: len(follower.batches) == 2)
        assert last(follower).cause == f"ann created {space.locator('a')}"
        space.put("a", 2)
        await follower.until(lambda: len(follower.batches) == 3)
        assert last(follower).cause == f"ann changed {space.locator('a')} (generation 2)"
        space.delete("a")
        await follower.until(lambda: len(follower.batches) == 4)
        assert last(follower).cause == f"deleted {space.locator('a')}"


async def test_only_what_is_selected_is_read(attend: Any, follow: Any, space: Any) -> None:
    space.put("a", app="web", tier="front")
    space.put("b", app="web")
    space.put("c", tier="front")
    kinds = [{"kind": "example.com/Thing", "labels": "tier=front"}]
    async with attend(follow(labels="app=web", kinds=kinds)) as follower:
        assert follower.names == {"a"}
        space.put("b", app="web", tier="front")
        await follower.until(lambda: follower.names == {"a", "b"})
        space.put("a", app="other", tier="front")
        await follower.until(lambda: follower.names == {"b"})


async def test_fields_select_too(attend: Any, follow: Any, space: Any) -> None:
    space.put("a")
    space.put("b")
    kinds = [{"kind": "example.com/Thing", "fields": "metadata.name=b"}]
    async with attend(follow(kinds=kinds)) as follower:
        assert follower.names == {"b"}


async def test_all_namespaces_are_one_list(attend: Any, follow: Any, space: Any) -> None:
    space.put("a")
    async with attend(follow(namespaces=["*"])) as follower:
        assert space.locator("a") in follower.held


async def test_an_object_of_a_megabyte_and_a_half_comes_through_a_watch(
    attend: Any, follow: Any, space: Any
) -> None:
    limits = SourceContext(limits=Limits(resource_bytes=4 * 1024 * 1024))
    async with attend(follow(limits)) as follower:
        space.put("large", "x" * 1_450_000)
        await follower.until(lambda: follower.names == {"large"})


async def test_what_is_too_large_is_broken_and_keeps_what_it_held(
    attend: Any, follow: Any, space: Any
) -> None:
    space.put("a", 1)
    limits = SourceContext(limits=Limits(resource_bytes=2000))
    async with attend(follow(limits)) as follower:
        space.put("a", "x" * 3000)
        await follower.until(lambda: bool(follower.errors))
        (found,) = follower.errors[space.locator("a")]
        assert (found.code, found.generation) == ("GAL0108", 2)
        assert follower.names == {"a"}
        space.finalizers("a", ["example.com/wait"])
        space.finalizers("a", [])
        space.put("a", 2)
        await follower.until(lambda: not follower.errors)
        assert len(follower.batches) == 3


@pytest.mark.parametrize("depth", [120, 400])
async def test_what_nests_too_deep_is_broken(
    attend: Any, follow: Any, space: Any, depth: int
) -> None:
    async with attend(follow()) as follower:
        deep: Any = 1
        for _ in range(depth):
            deep = [deep]
        space.put("deep", deep)
        await follower.until(lambda: bool(follower.errors))
        assert isinstance(last(follower).changes[0], Broken)


async def test_a_change_that_means_nothing_emits_nothing(
    attend: Any, follow: Any, space: Any
) -> None:
    space.put("a", 1)
    async with attend(follow()) as follower:
        space.finalizers("a", ["example.com/wait"])
        space.put("b")
        await follower.until(lambda: follower.names == {"a", "b"})
        assert len(follower.batches) == 2
        space.finalizers("a", [])


async def test_data_of_secrets_is_nowhere(
    attend: Any, follow: Any, space: Any, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(0)
    secret = "c2VjcmV0LXZhbHVl"
    last_applied = "kubectl.kubernetes.io/last-applied-configuration"
    said = {
        "metadata": {"name": "a", "annotations": {last_applied: f'{{"data":"{secret}"}}'}},
        "data": {"password": secret},
    }
    space.cluster.request("POST", space.path("secrets"), said)
    async with attend(follow(kinds=["core/Secret"])) as follower:
        said["metadata"] = {**said["metadata"], "name": "b"}  # type: ignore[dict-item]  # plain JSON
        space.cluster.request("POST", space.path("secrets"), said)
        await follower.until(lambda: follower.names == {"a", "b"})
        told = repr(follower.batches).encode() + b"".join(
            each.resource.content
            for batch in follower.batches
            for change in batch.changes
            if isinstance(change, Read)
            for each in change.resources
        )
        assert secret.encode() not in told
        assert b"secret-value" not in told
    assert secret not in caplog.text


def pod(name: str) -> dict[str, Any]:
    containers = [{"name": "c", "image": "web:1"}]
    return {"metadata": {"name": name}, "spec": {"containers": containers}}


def status_of(follower: Any) -> Any:
    (change,) = last(follower).changes
    assert isinstance(change, Read)
    return change.resources[0].resource.document().body.get("status")


async def test_what_is_kept_of_a_pods_status_is_followed_and_the_rest_is_not(
    attend: Any, follow: Any, space: Any
) -> None:
    pods = f"/api/v1/namespaces/{space.name}/pods"
    space.cluster.request("POST", pods, pod("p"))
    kind = "application/merge-patch+json"
    async with attend(follow(kinds=["core/Pod"])) as follower:
        assert status_of(follower) == {"phase": "Pending"}
        for status in (
            {"startTime": "2026-01-01T00:00:00Z"},
            {"phase": "Running", "podIPs": [{"ip": "10.0.0.1"}]},
        ):
            space.cluster.request("PATCH", f"{pods}/p/status", {"status": status}, kind)
        await follower.until(lambda: len(follower.batches) == 2)
        addresses = {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}
        assert status_of(follower) == {"phase": "Running", **addresses}
