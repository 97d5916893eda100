"""What costs how much: one mirror and one fetch for all who follow a repository, and no growth."""

import asyncio
import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sources.git import mirror
from sources.git.room import Room

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The git commands that were run, by their names."""
    made: list[str] = []
    plain = asyncio.create_subprocess_exec

    def noted(*arguments: str, **options: Any) -> Any:
        made.append(arguments[1])
        return plain(*arguments, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return made


def mirrors(fetched: Path) -> list[Path]:
    return [each.parent for each in fetched.glob("git/*/HEAD")]


def boundary(fetched: Path) -> str:
    """The commits whose parents are not here."""
    (folder,) = mirrors(fetched)
    shallow = folder / "shallow"
    return shallow.read_text().strip() if shallow.exists() else ""


def commits(fetched: Path) -> int:
    (folder,) = mirrors(fetched)
    command = ["git", "-C", str(folder), "rev-list", "--count", "--all"]
    return int(subprocess.check_output(command))


def exists(path: Path) -> bool:
    return path.exists()


async def test_sources_that_share_a_repository_share_a_mirror_and_a_fetch(
    repository: Any, fetched: Path, follow: Follow, runs: list[str], manifest: Any
) -> None:
    repository.write("other/b.yaml", manifest("b"))
    repository.commit()
    one, two, three = (follow(path="mesh"), follow(path="other"), follow(ref="main"))
    async with one as mesh, two as other, three as whole:
        runs.clear()
        repository.write("mesh/c.yaml", manifest("c"))
        commit = repository.commit()
        for each in (mesh, other, whole):
            each.source.hint()
        for each in (mesh, other, whole):
            await each.until(lambda each=each: each.batches[-1].revision == commit)
        assert runs == ["fetch"]
        assert (mesh.names, other.names, whole.names) == ({"a", "c"}, {"b"}, {"a", "b", "c"})
    assert len(mirrors(fetched)) == 1


async def test_what_one_source_fetches_another_reads_without_being_told(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    async with follow() as one, follow(ref="main") as other:
        commit = repository.commit()
        await arrived(one, commit)
        await other.until(lambda: other.batches[-1].revision == commit)


async def test_a_ref_that_is_gone_is_the_problem_of_those_who_follow_it(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    repository.git("branch", "live")
    async with follow(ref="live", interval=0.1) as gone, follow(ref="main") as other:
        repository.git("branch", "-D", "live")
        await gone.troubled("GAL1107")
        await arrived(other, repository.commit())
        assert other.source.health().problem is None


async def test_looking_at_an_unchanged_repository_is_one_run_of_git(
    repository: Any, follow: Follow, runs: list[str]
) -> None:
    async with follow(interval=0.05) as follower:
        runs.clear()
        before = follower.source.health().last_read
        async with asyncio.timeout(10):
            while follower.source.health().last_read == before or not runs:  # noqa: ASYNC110  # above
                await asyncio.sleep(0.01)
        assert set(runs) == {"fetch"}
        assert len(follower.batches) == 1


async def test_a_hint_that_comes_before_the_commit_is_not_lost(
    repository: Any, follow: Follow, runs: list[str]
) -> None:
    """Forges hint before all of their servers know."""
    async with follow(interval=3600) as follower:
        runs.clear()
        follower.source.hint()
        async with asyncio.timeout(10):
            while not runs:  # noqa: ASYNC110  # a run tells nobody
                await asyncio.sleep(0.01)
        commit = repository.commit()
        await follower.until(lambda: follower.batches[-1].revision == commit)


async def test_a_source_that_is_stopped_while_it_enters_its_mirror_leaves_it(
    make_source: Any, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entering, go_on = threading.Event(), threading.Event()
    plain = Room.enter

    def slowly(room: Room) -> None:
        entering.set()
        go_on.wait(10)
        plain(room)

    monkeypatch.setattr(Room, "enter", slowly)
    stopped = asyncio.create_task(make_source().run(discard), name="stopped")
    await asyncio.to_thread(entering.wait, 10)
    stopped.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(stopped, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
    other = Room(fetched / "git", lock_of(fetched).stem)
    other.enter()
    other.leave()


def lock_of(fetched: Path) -> Path:
    (lock,) = fetched.glob("git/*.lock")
    return lock


async def discard(batch: Any) -> None:
    """Take a batch and do nothing with it."""


async def test_a_pinned_commit_costs_nothing_once_it_is_here(
    repository: Any, follow: Follow, runs: list[str]
) -> None:
    async with follow(ref=repository.head, interval=0.05) as follower:
        runs.clear()
        before = follower.source.health().last_read
        async with asyncio.timeout(10):
            while follower.source.health().last_read == before:  # noqa: ASYNC110  # it does not tell
                await asyncio.sleep(0.01)
        assert runs == []


async def test_a_first_fetch_is_shallow_and_a_later_one_brings_what_is_new(
    repository: Any, fetched: Path, follow: Follow, arrived: Any
) -> None:
    for number in range(20):
        repository.commit(str(number))
    async with follow() as follower:
        assert boundary(fetched) == repository.head
        made = [repository.commit("new"), repository.commit("newer")]
        batch = await arrived(follower, made[-1])
        assert [each.id for each in batch.revisions] == made[::-1]


async def test_the_whole_history_is_fetched_where_the_settings_ask_for_it(
    repository: Any, fetched: Path, follow: Follow
) -> None:
    first = repository.head
    made = repository.commit("second")
    async with follow(depth=0, accepted=first) as follower:
        assert [each.id for each in follower.batches[0].revisions] == [made]
        assert boundary(fetched) == ""


def size(folder: Path) -> int:
    """Bytes of all files; some may be on their way out."""
    found = 0
    for each in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            found += each.stat().st_size if each.is_file() else 0
    return found


async def test_a_mirror_does_not_grow_with_every_rewritten_commit(
    repository: Any, fetched: Path, follow: Follow, arrived: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_UPKEEP", 5)
    monkeypatch.setitem(mirror._GC, "gc.autoPackLimit", "3")
    async with follow() as follower:
        sizes = []
        for number in range(40):
            repository.write("mesh/noise", os.urandom(20_000))
            await arrived(follower, repository.commit(f"{number}", "--amend"))
            sizes.append(size(fetched))
        assert max(sizes[20:]) <= max(sizes[:20]) + 20_000
        assert max(sizes) < 400_000


async def test_old_history_is_cut_off(
    repository: Any, fetched: Path, follow: Follow, arrived: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "_UPKEEP", 5)
    monkeypatch.setattr(mirror, "_HISTORY", 20)
    monkeypatch.setattr(mirror, "_KEPT", 4)
    monkeypatch.setitem(mirror._GC, "gc.autoPackLimit", "3")
    async with follow() as follower:
        for number in range(45):
            await arrived(follower, repository.commit(f"{number}"))
        assert commits(fetched) <= 30


async def test_mirrors_that_nobody_has_used_for_long_are_thrown_away(
    repository: Any,
    make_repository: Any,
    fetched: Path,
    follow: Follow,
    arrived: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_repository("other")
    other.commit()
    async with follow(url=str(other.path)):
        pass
    lock = mirrors(fetched)[0].with_suffix(".lock")
    old = time.time() - 30 * 24 * 3600
    os.utime(lock, (old, old))
    monkeypatch.setattr(mirror, "_UPKEEP", 1)
    async with follow() as follower:
        await arrived(follower, repository.commit())
        await arrived(follower, repository.commit())
        assert len(mirrors(fetched)) == 1
        assert not exists(lock)


async def test_the_event_loop_runs_on_while_much_is_read(
    repository: Any, follow: Follow, manifest: Any
) -> None:
    for number in range(1000):
        repository.write(f"many/{number}.yaml", manifest(f"n{number}"))
    repository.commit()
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            gaps.append(time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    async with follow() as follower:
        assert len(follower.names) == 1001
    ticking.cancel()
    assert sorted(gaps)[-3] < 0.05
