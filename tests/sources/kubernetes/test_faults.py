"""A cluster that goes away, forgets, or says nothing: nothing is lost, doubled or deleted."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Read, Removed
from sources.kubernetes import listing
from sources.kubernetes.failure import UnreachableError
from sources.kubernetes.outbox import Outbox
from tests.sources.conftest import DEADLINE


def removals(follower: Any) -> int:
    changes = [change for batch in follower.batches for change in batch.changes]
    return sum(isinstance(change, Removed) for change in changes)


def reads(follower: Any) -> int:
    changes = [change for batch in follower.batches for change in batch.changes]
    return sum(isinstance(change, Read) for change in changes)


def uids(follower: Any) -> set[str]:
    """Of the objects that were told, however many times each."""
    changes = [change for batch in follower.batches for change in batch.changes]
    return {change.resources[0].origin.uid for change in changes if isinstance(change, Read)}


async def test_a_server_that_is_restarted_costs_no_change(
    attend: Any, follow: Any, space: Any, cluster: Any
) -> None:
    space.put("a", 1)
    space.put("b", 1)
    source = follow(silence=5)
    async with attend(source) as follower:
        await asyncio.to_thread(cluster.stop_server)
        await follower.troubled("GAL1301")
        age = source.health().age()
        assert follower.names == {"a", "b"}
        await asyncio.to_thread(cluster.start_server)
        source.hint()
        space.put("c", 1)
        await follower.until(lambda: follower.names == {"a", "b", "c"})
        await follower.troubled("")
        assert (removals(follower), reads(follower)) == (0, 3)
        assert age < 60


async def test_what_happened_while_the_way_was_cut_is_told_once(
    attend: Any, follow: Any, space: Any, cluster: Any, relay: Any
) -> None:
    for name in ("a", "b", "c"):
        space.put(name, 1)
    async with attend(follow(kubeconfig=cluster.kubeconfig(port=relay.port))) as follower:
        await relay.cut()
        await follower.troubled("GAL1301")
        space.put("a", 2)
        space.delete("b")
        await relay.mend()
        follower.source.hint()
        await follower.until(lambda: follower.names == {"a", "c"} and reads(follower) >= 4)
        await follower.troubled("")
        assert (removals(follower), reads(follower)) == (1, 4)


async def test_a_history_that_is_gone_leads_to_a_list_of_differences(
    attend: Any, follow: Any, space: Any, cluster: Any, relay: Any
) -> None:
    for name in ("a", "b", "c"):
        space.put(name, 1)
    async with attend(follow(kubeconfig=cluster.kubeconfig(port=relay.port))) as follower:
        await relay.cut()
        await follower.troubled("GAL1301")
        space.put("a", 2)
        space.delete("b")
        space.put("d", 1)
        space.delete("c")
        another = space.put("c", 1)["metadata"]["uid"]
        await asyncio.to_thread(cluster.compact)
        await asyncio.to_thread(cluster.stop_server)  # which forgets what it had in memory
        await asyncio.to_thread(cluster.start_server)
        await relay.mend()
        follower.source.hint()
        await follower.until(lambda: follower.names == {"a", "c", "d"} and reads(follower) == 6)
        assert another in uids(follower)
        space.put("e", 1)
        await follower.until(lambda: follower.names == {"a", "c", "d", "e"})
        assert (removals(follower), reads(follower)) == (1, 7)
        assert not any(batch.complete for batch in follower.batches[1:])


async def test_a_list_that_breaks_off_halfway_is_no_deletion(
    attend: Any, follow: Any, space: Any, cluster: Any, relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G10: what comes after the page that was read last is not taken for gone."""
    for name in ("a", "b", "c"):
        space.put(name, 1)
    pages, broken_off = listing.pages, asyncio.Event()

    async def cut_short(*asked: Any) -> AsyncIterator[Any]:
        try:
            async for page in pages(*asked):
                if not broken_off.is_set():
                    await relay.cut()
                yield page
        except UnreachableError:
            broken_off.set()
            raise

    source = follow(kubeconfig=cluster.kubeconfig(port=relay.port), page=1)
    async with attend(source) as follower:
        await relay.cut()
        await follower.troubled("GAL1301")
        space.delete("b")
        await asyncio.to_thread(cluster.compact)
        await asyncio.to_thread(cluster.stop_server)
        await asyncio.to_thread(cluster.start_server)
        monkeypatch.setattr("sources.kubernetes.follower.pages", cut_short)
        await relay.mend()
        source.hint()
        async with asyncio.timeout(DEADLINE):
            await broken_off.wait()
        await relay.mend()
        source.hint()
        await follower.until(lambda: follower.names == {"a", "c"})
        await follower.troubled("")
        assert (removals(follower), reads(follower)) == (1, 3)


async def test_a_server_that_says_nothing_is_noticed(
    attend: Any, follow: Any, space: Any, cluster: Any
) -> None:
    space.put("a", 1)
    async with attend(follow(silence=0.5, timeout=1)) as follower:
        cluster.signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(10):
                while not follower.source.health().problem:  # noqa: ASYNC110  # it does not tell
                    await asyncio.sleep(0.01)
            assert follower.names == {"a"}
        finally:
            cluster.signal(signal.SIGCONT)
        space.put("b", 1)
        await follower.until(lambda: follower.names == {"a", "b"})
        assert (removals(follower), reads(follower)) == (0, 2)


async def test_a_cluster_that_is_down_at_the_start_emits_nothing_until_it_is_up(
    attend: Any, follow: Any, space: Any, cluster: Any
) -> None:
    space.put("a", 1)
    source = follow()
    await asyncio.to_thread(cluster.stop_server)
    try:
        async with attend(source, wait=False) as follower:
            await follower.troubled("GAL1301")
            health = source.health()
            assert (health.synced, health.age(), follower.batches) == (False, 0.0, [])
            await asyncio.to_thread(cluster.start_server)
            await follower.until(lambda: follower.names == {"a"})
            assert follower.batches[0].complete
    finally:
        if "kube-apiserver" not in cluster.processes:
            await asyncio.to_thread(cluster.start_server)


async def test_a_token_that_is_rotated_is_read_anew(
    attend: Any, follow: Any, space: Any, cluster: Any, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("expired")
    cluster.allow("things")
    given = {"kubeconfig": cluster.kubeconfig(token_file=token)}
    async with attend(follow(**given), wait=False) as follower:
        await follower.troubled("GAL1302")
        token.write_text(cluster.reader)
        await follower.until(lambda: bool(follower.batches))
        await follower.troubled("")
        await asyncio.to_thread(cluster.stop_server)
        cluster.reader = "another-token"
        token.write_text(cluster.reader)
        await asyncio.to_thread(cluster.start_server)
        follower.source.hint()
        space.put("a")
        await follower.until(lambda: follower.names == {"a"})


async def test_a_context_that_is_not_there_is_told(attend: Any, follow: Any) -> None:
    async with attend(follow(context="nowhere"), wait=False) as follower:
        await follower.troubled("GAL1303")
        problem = follower.source.health().problem
        assert "context nowhere" in problem.message


async def test_what_waits_is_the_latest_of_each() -> None:
    outbox = Outbox("team")
    for _ in range(3):
        outbox.put(Removed("a"), b"a", "deleted a")
    outbox.put(Removed("c"), None)
    outbox.put_whole("b/", [Removed("b/1")])
    outbox.put(Removed("b/1"), b"b")

    whole, rest = await outbox.next(), await outbox.next()

    assert (whole.complete, whole.scope, whole.changes) == (True, "b/", ())
    assert (rest.complete, rest.changes) == (False, (Removed("a"),))
