"""What commits are made into: batches that carry what changed, and who changed it."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path as FilePath
from typing import Any, TypeAlias

import pytest

from pipeline.model import Origin, Place, Read, Removed

Text: TypeAlias = Callable[..., str]
Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
Repository: TypeAlias = Any


def locators(batch: Any) -> set[str]:
    return {change.locator for change in batch.changes}


async def test_the_first_batch_is_whole_and_names_the_commit(
    repository: Repository, follow: Follow
) -> None:
    async with follow() as follower:
        (batch,) = follower.batches
        assert (batch.complete, batch.revision) == (True, repository.head)
        assert batch.cause == "Ann <ann@example.com>: first"
        assert locators(batch) == {"mesh/a.yaml"}
        (change,) = batch.changes
        assert change.resources[0].origin == Origin("team", repository.head, "mesh/a.yaml", 1)


async def test_later_batches_carry_only_what_changed(
    repository: Repository, manifest: Text, follow: Follow, arrived: Any
) -> None:
    async with follow() as follower:
        first = repository.head
        repository.write("mesh/b.yaml", manifest("b"))
        batch = await arrived(follower, repository.commit("second"))
        assert (batch.complete, locators(batch)) == (False, {"mesh/b.yaml"})
        origin = batch.changes[0].resources[0].origin
        assert origin.revision == batch.revision != first


async def test_a_deleted_file_is_removed_and_a_renamed_one_moves(
    repository: Repository, manifest: Text, follow: Follow, arrived: Any
) -> None:
    repository.write("mesh/b.yaml", manifest("b"))
    repository.commit()
    async with follow() as follower:
        repository.remove("mesh/b.yaml")
        repository.git("mv", "mesh/a.yaml", "mesh/c.yaml")
        batch = await arrived(follower, repository.commit())
        kinds = {change.locator: type(change) for change in batch.changes}
        assert kinds == {"mesh/a.yaml": Removed, "mesh/b.yaml": Removed, "mesh/c.yaml": Read}
        assert follower.names == {"a"}


async def test_a_batch_names_the_commits_that_led_to_it_newest_first(
    repository: Repository, follow: Follow, arrived: Any
) -> None:
    async with follow() as follower:
        made = [repository.commit(f"number {number}") for number in range(3)]
        batch = await arrived(follower, made[-1])
        assert [each.id for each in batch.revisions] == made[::-1]
        newest = batch.revisions[0]
        assert (newest.author, newest.subject) == ("Ann <ann@example.com>", "number 2")
        assert newest.time > 1_700_000_000


async def test_a_batch_names_at_most_two_hundred_commits(
    repository: Repository, follow: Follow, arrived: Any
) -> None:
    async with follow() as follower:
        tip = repository.head
        tree = repository.git("rev-parse", "HEAD^{tree}")
        for number in range(205):
            tip = repository.git("commit-tree", tree, "-p", tip, "-m", str(number))
        repository.git("reset", "--quiet", "--hard", tip)
        batch = await arrived(follower, tip)
        assert (len(batch.revisions), batch.revisions[0].id) == (200, tip)


async def test_after_a_restart_the_commits_since_the_accepted_one_are_named(
    repository: Repository, follow: Follow
) -> None:
    accepted = repository.head
    async with follow():
        pass
    made = [repository.commit("second"), repository.commit("third")]
    async with follow(accepted=accepted) as follower:
        (batch,) = follower.batches
        assert batch.complete
        assert [each.id for each in batch.revisions] == made[::-1]


async def test_an_accepted_commit_that_is_not_here_names_the_newest_alone(
    repository: Repository, follow: Follow
) -> None:
    accepted = repository.head
    repository.commit("second")
    async with follow(accepted=accepted) as follower:
        assert [each.id for each in follower.batches[0].revisions] == [repository.head]


async def test_a_commit_that_changes_nothing_of_ours_is_a_batch_without_changes(
    repository: Repository, follow: Follow, arrived: Any
) -> None:
    async with follow(path="mesh") as follower:
        repository.write("docs/notes.yaml", "a: b")
        batch = await arrived(follower, repository.commit("notes"))
        assert (batch.changes, batch.complete) == ((), False)
        assert batch.revisions[0].subject == "notes"


async def test_a_blob_is_parsed_once_however_many_commits_there_are(
    repository: Repository,
    manifest: Text,
    follow: Follow,
    arrived: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(50):
        repository.write(f"mesh/{number}.yaml", manifest(f"n{number}"))
    repository.commit()
    async with follow() as follower:
        read: list[str] = []
        manifests = follower.source._reader._manifests
        plain = manifests.read

        def noted(locator: str, *rest: Any) -> Any:
            read.append(locator)
            return plain(locator, *rest)

        monkeypatch.setattr(manifests, "read", noted)
        repository.write("mesh/7.yaml", manifest("n7", 1))
        await arrived(follower, repository.commit())
        assert read == ["mesh/7.yaml"]


async def test_a_field_is_located_in_the_commit_at_which_it_was_read(
    repository: Repository, manifest: Text, follow: Follow, arrived: Any
) -> None:
    async with follow() as follower:
        old = follower.batches[0].changes[0].resources[0].origin
        repository.write("mesh/a.yaml", "# a line more\n" + manifest("a"))
        batch = await arrived(follower, repository.commit())
        new = batch.changes[0].resources[0].origin
        locate = follower.source.locate
        assert locate(old, ("spec", "value")) == Place(6, 3)
        assert locate(new, ("spec", "value")) == Place(7, 3)
        assert locate(Origin("team", "0" * 40, "mesh/a.yaml", 1), ("spec",)) is None


async def test_a_path_may_be_a_single_file(
    repository: Repository, manifest: Text, follow: Follow, arrived: Any
) -> None:
    repository.write("mesh/b.yaml", manifest("b"))
    repository.commit()
    async with follow(path="mesh/b.yaml") as follower:
        assert set(follower.held) == {"mesh/b.yaml"}
        repository.write("mesh/b.yaml", manifest("b", 1))
        batch = await arrived(follower, repository.commit())
        assert locators(batch) == {"mesh/b.yaml"}


async def test_ignore_files_and_patterns_work_as_in_a_folder(
    repository: Repository, manifest: Text, follow: Follow, arrived: Any
) -> None:
    repository.write("mesh/tests/b.yaml", manifest("b"))
    repository.write("mesh/drafts/c.yaml", manifest("c"))
    repository.write("mesh/.galleyignore", "tests/\n")
    repository.commit()
    async with follow(path="mesh", exclude=["drafts/"]) as follower:
        assert follower.names == {"a"}
        repository.remove("mesh/.galleyignore")
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "b"}


ALONE = """
import asyncio, sys
from sources.git import GitSource
from sources.settings import GitSettings

async def main():
    taken = asyncio.Event()
    async def take(batch):
        taken.set()
    source = GitSource(GitSettings(name="team", type="git", url=sys.argv[1]))
    task = asyncio.create_task(source.run(take))
    await taken.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

asyncio.run(main())
"""


def test_a_source_without_a_folder_leaves_nothing_behind(
    repository: Repository, tmp_path: FilePath
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-P", "-c", ALONE, str(repository.path)]
    subprocess.run(command, check=True, env={**os.environ, "TMPDIR": str(scratch)}, timeout=60)
    assert not list(scratch.iterdir())
