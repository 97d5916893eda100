"""What happens to files while they are watched, and what is made of it."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Text: TypeAlias = Callable[..., str]
Write: TypeAlias = Callable[..., Path]
Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
Quiet: TypeAlias = Callable[[Any], Awaitable[None]]


async def test_the_first_batch_is_complete_and_holds_everything(
    write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a") + "---\n" + manifest("b"))
    write("deep/er/c.json", '{"apiVersion": "v1", "kind": "T", "metadata": {"name": "c"}}')
    write("notes.txt", "not read")
    async with follow() as follower:
        assert follower.batches[0].complete
        assert set(follower.held) == {"a.yaml", "deep/er/c.json"}
        assert follower.names == {"a", "b", "c"}


async def test_an_empty_folder_is_a_complete_read_of_nothing(follow: Follow) -> None:
    async with follow() as follower:
        assert (follower.batches[0].complete, follower.batches[0].changes) == (True, ())


async def test_a_written_file_arrives(write: Write, manifest: Text, follow: Follow) -> None:
    write("a.yaml", manifest("a", 1))
    async with follow() as follower:
        before = follower.held["a.yaml"]
        write("a.yaml", manifest("a", 2))
        await follower.until(lambda: follower.held["a.yaml"] != before)
        assert not follower.batches[-1].complete


async def test_a_renamed_file_arrives_and_nothing_else(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a", 1))
    write("b.yaml", manifest("b", 1))
    async with follow() as follower:
        before = follower.held["a.yaml"]
        write("a.tmp", manifest("a", 2)).rename(root / "a.yaml")
        await follower.until(lambda: follower.held["a.yaml"] != before)
        assert [change.locator for change in follower.batches[-1].changes] == ["a.yaml"]


async def test_a_deleted_file_is_removed(write: Write, manifest: Text, follow: Follow) -> None:
    path = write("a.yaml", manifest("a"))
    async with follow() as follower:
        path.unlink()
        await follower.until(lambda: "a.yaml" not in follower.held)


async def test_the_same_content_written_again_is_no_news(
    write: Write, manifest: Text, follow: Follow, quiet: Quiet
) -> None:
    write("a.yaml", manifest("a"))
    async with follow() as follower:
        write("a.yaml", manifest("a"))
        await quiet(follower)
        assert all(
            change.locator != "a.yaml" for one in follower.batches[1:] for change in one.changes
        )


@pytest.mark.parametrize("damage", ["spec: [", "kind: {", "\x00", "apiVersion"])
async def test_breaking_a_file_keeps_what_it_last_held(
    write: Write, manifest: Text, follow: Follow, damage: str
) -> None:
    write("a.yaml", manifest("a") + "---\n" + manifest("b"))
    async with follow() as follower:
        write("a.yaml", manifest("a") + "---\n" + damage)
        await follower.until(lambda: "a.yaml" in follower.errors)
        assert follower.names == {"a", "b"}
        write("a.yaml", manifest("a"))
        await follower.until(lambda: follower.names == {"a"})
        assert not follower.errors


async def test_misspelling_a_known_kind_deletes_nothing(
    write: Write, manifest: Text, follow: Follow
) -> None:
    """What only the accepted inputs can tell is the gate's to find."""
    write("b.yaml", "---\n" + manifest("b", kind="Service").replace("example.com/", ""))
    async with follow() as follower:
        write("b.yaml", "---\n" + manifest("b", kind="Servcie").replace("example.com/", ""))
        await follower.until(lambda: set(follower.errors) == {"b.yaml"})
        assert follower.names == {"b"}
        assert follower.codes("b.yaml") == ["GAL0212"]
        assert [(one.line, one.column) for one in follower.errors["b.yaml"]] == [(3, 1)]


async def test_a_file_that_is_mended_to_what_it_was_is_news(
    write: Write, manifest: Text, follow: Follow
) -> None:
    """Its errors have to go, though its content is what was accepted."""
    write("a.yaml", manifest("a"))
    async with follow() as follower:
        write("a.yaml", "kind: [")
        await follower.until(lambda: "a.yaml" in follower.errors)
        write("a.yaml", manifest("a"))
        await follower.until(lambda: not follower.errors)


async def test_a_resource_that_moves_to_another_file_moves_in_one_batch(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a"))
    async with follow() as follower:
        (root / "a.yaml").rename(root / "b.yaml")
        await follower.until(lambda: set(follower.held) == {"b.yaml"})
        assert {change.locator for change in follower.batches[-1].changes} == {"a.yaml", "b.yaml"}


async def test_an_editor_that_writes_a_backup_deletes_nothing(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    """vim: rename the file away, write it anew, delete the backup."""
    write("a.yaml", manifest("a", 1))
    async with follow() as follower:
        (root / "a.yaml").rename(root / "a.yaml~")
        write(".a.yaml.swp", b"\x00swap")
        write("a.yaml", manifest("a", 2))
        (root / "a.yaml~").unlink()
        before = follower.batches[0].changes[0].resources[0].resource.digest
        await follower.until(lambda: follower.held["a.yaml"].get("a") != before)
        assert all(
            type(change).__name__ == "Read" for one in follower.batches for change in one.changes
        )


async def test_a_new_folder_and_a_deleted_one_are_noticed(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    async with follow() as follower:
        for number in range(20):
            write(f"x/y{number}/a.yaml", manifest(f"a{number}"))
        await follower.until(lambda: len(follower.names) == 20)
        shutil.rmtree(root / "x")
        await follower.until(lambda: not follower.names)


async def test_a_folder_moved_in_and_out_is_noticed(
    tmp_path: Path, root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a"))
    (root / "x").rename(tmp_path / "away")
    async with follow() as follower:
        (tmp_path / "away").rename(root / "y")
        await follower.until(lambda: follower.names == {"a"})
        (root / "y").rename(tmp_path / "away")
        await follower.until(lambda: not follower.names)


async def test_a_read_that_takes_keys_away_is_confirmed_by_a_second(
    root: Path, write: Write, manifest: Text, follow: Follow, quiet: Quiet
) -> None:
    """A file cut short between two documents parses well and lacks a resource."""
    both = manifest("a") + "---\n" + manifest("b")
    write("a.yaml", both)
    async with follow(settle=0.3) as follower:
        desk = follower.source._reader.desk
        write("a.tmp", manifest("a")).rename(root / "a.yaml")
        async with asyncio.timeout(10):
            while not any(due.confirm for due in desk._due.values()):  # noqa: ASYNC110  # a turn
                await asyncio.sleep(0)
        write("a.yaml", both)
        await quiet(follower)
        assert follower.names == {"a", "b", "probe"}
        assert len([one for one in follower.batches if "a.yaml" in _locators(one)]) == 1


def _locators(batch: Any) -> set[str]:
    return {change.locator for change in batch.changes}


async def test_many_files_changed_at_once_arrive_as_few_batches(
    write: Write, manifest: Text, follow: Follow
) -> None:
    for number in range(200):
        write(f"{number}.yaml", manifest(f"a{number}", 1))
    async with follow() as follower:
        for number in range(200):
            write(f"{number}.yaml", manifest(f"a{number}", 2))
        before = dict(follower.batches[0].changes[0].resources[0].resource.key._asdict())
        assert before
        await follower.until(lambda: sum(len(one.changes) for one in follower.batches) == 400)
        assert len(follower.batches) < 20


async def test_a_rescan_finds_what_no_notification_told(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    """A source without notifications: its watcher is told of another folder."""
    write("a.yaml", manifest("a", 1))
    async with follow(rescan=0.05) as follower:
        follower.source._reader.notice = lambda changes: None
        write("b.yaml", manifest("b"))
        (root / "a.yaml").unlink()
        await follower.until(lambda: follower.names == {"b"})


async def test_a_hint_looks_at_once(write: Write, manifest: Text, follow: Follow) -> None:
    async with follow(rescan=3600) as follower:
        follower.source._reader.notice = lambda changes: None
        write("b.yaml", manifest("b"))
        follower.source.hint()
        await follower.until(lambda: follower.names == {"b"})


async def test_a_single_file_is_followed_through_renames(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    path = write("one.yaml", manifest("a", 1))
    write("other.yaml", manifest("b"))
    async with follow(path=path) as follower:
        assert set(follower.held) == {"one.yaml"}
        before = follower.held["one.yaml"]
        write("one.tmp", manifest("a", 2)).rename(path)
        await follower.until(lambda: follower.held["one.yaml"] != before)


async def test_a_place_is_found_again_until_the_file_changes(
    write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", "---\n" + manifest("a"))
    async with follow() as follower:
        origin = follower.batches[0].changes[0].resources[0].origin
        place = follower.source.locate(origin, ("spec", "value"))
        assert (place.line, place.column) == (7, 3)
        os.truncate(follower.source._reader.tree.at("a.yaml"), 10)
        assert follower.source.locate(origin, ("spec", "value")) is None
