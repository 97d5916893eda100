"""What the system notifies, and what it does not: every change arrives, long before the rescan."""

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Batch
from sources.files import FilesSource, watch
from sources.files.reader import Reader
from sources.settings import FilesSettings

Text: TypeAlias = Callable[..., str]
Write: TypeAlias = Callable[..., Path]
Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]

FAR = 3600
"""Seconds until a rescan that cannot help."""


def deafen(source: FilesSource) -> None:
    """Let nothing that is notified be heard."""
    source._reader.notice = lambda changes: None  # type: ignore[method-assign]  # that is its purpose


async def test_the_watch_never_runs_out(
    write: Write, manifest: Text, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a wait of the library ends by itself, it forgets what has come in since it looked."""
    waits: list[Any] = []
    real: Any = vars(watch)["awatch"]

    def noted(*paths: Any, **options: Any) -> Any:
        waits.append(options["rust_timeout"])
        return real(*paths, **options)

    monkeypatch.setattr(watch, "awatch", noted)
    async with follow(rescan=FAR) as follower:
        write("a.yaml", manifest("a"))
        await follower.until(lambda: follower.names == {"a"})
    assert waits == [0]


async def test_a_name_that_cannot_be_told_ends_no_notifications(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a", 1))
    async with follow(rescan=FAR) as follower:
        before = follower.held["a.yaml"]
        Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.txt")).touch()  # noqa: ASYNC240  # a test
        await follower.troubled("GAL0907")
        write("a.yaml", manifest("a", 2))
        await follower.until(lambda: follower.held["a.yaml"] != before)
        await follower.troubled("")
        write("b.yaml", manifest("b"))
        await follower.until(lambda: follower.names == {"a", "b"})


async def test_what_changes_behind_links_to_hidden_folders_is_noticed(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    """The system tells one of the two names of a file, and not always the same."""
    for number in range(8):
        write(f".hidden{number}/deep/a.yaml", manifest(f"a{number}", 1))
        (root / f"shown{number}").symlink_to(f".hidden{number}")
    async with follow(rescan=FAR) as follower:
        before = dict(follower.held)
        assert len(before) == 8
        for number in range(8):
            write(f".hidden{number}/deep/a.yaml", manifest(f"a{number}", 2))
        await follower.until(lambda: all(follower.held[name] != before[name] for name in before))


async def test_a_file_that_changes_while_it_is_parsed_is_read_again(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    large = f"# {300_000 * 'x'}\n"
    path = write("a.yaml", large + manifest("a", 1))
    async with follow(rescan=FAR) as follower:
        reader = follower.source._reader
        parse, notice = reader.manifests.read, reader.notice
        parsing, noticed = threading.Event(), threading.Event()

        def slowly(*given: Any) -> Any:
            parsing.set()
            noticed.wait(10)
            return parse(*given)

        def heard(changes: Any) -> None:
            notice(changes)
            if parsing.is_set():
                noticed.set()

        reader.manifests.read, reader.notice = slowly, heard
        for value in (2, 3):
            write("a.tmp", large + manifest("a", value)).rename(path)
            await asyncio.to_thread(parsing.wait, 10)
        origin = follower.batches[0].changes[0].resources[0].origin
        await follower.until(lambda: follower.source.locate(origin, ("spec",)) is not None)


async def test_a_flood_may_have_hidden_something(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    async with follow(rescan=FAR, step=500) as follower:
        deafen(follower.source)
        write("a.yaml", manifest("a"))
        for number in range(watch.FLOOD + 500):
            (root / f"{number}.txt").touch()
        await follower.until(lambda: follower.names == {"a"})


async def test_new_folders_are_looked_at_twice(
    write: Write, manifest: Text, follow: Follow
) -> None:
    """The system watches a folder only after it has told of it."""
    async with follow(rescan=FAR) as follower:
        write("x/a.yaml", manifest("a"))
        await follower.until(lambda: follower.names == {"a"})
        deafen(follower.source)
        write("x/b.yaml", manifest("b"))
        await follower.until(lambda: follower.names == {"a", "b"})


async def test_a_rescan_finds_other_content_of_the_same_size_and_time(
    write: Write, manifest: Text, follow: Follow
) -> None:
    path = write("a.yaml", manifest("a", 1))
    async with follow(rescan=0.05) as follower:
        deafen(follower.source)
        before, times = follower.held["a.yaml"], path.stat()
        write("a.yaml", manifest("a", 2))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        await follower.until(lambda: follower.held["a.yaml"] != before)


async def test_a_file_that_never_rests_at_the_start_is_broken_and_not_gone(
    root: Path, write: Write, manifest: Text, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A complete batch without it would delete what it holds."""
    monkeypatch.setattr("sources.files.source._FIRST_WAIT", 0.1)
    path = write("a.yaml", manifest("a"))
    write("b.yaml", manifest("b"))
    ended = False
    attend = Reader.attend

    async def after_another_line(reader: Reader) -> None:
        if not ended:
            path.write_text(path.read_text() + "#\n")
        await attend(reader)

    # A writer beside it would now and then not get its turn between two looks.
    monkeypatch.setattr(Reader, "attend", after_another_line)
    async with follow(rescan=FAR) as follower:
        assert follower.codes("a.yaml") == ["GAL0908"]
        assert follower.names == {"b"}
        ended = True
        await follower.until(lambda: follower.names == {"a", "b"} and not follower.errors)


async def test_what_was_on_its_way_when_a_run_failed_is_said_again(
    root: Path, write: Write, manifest: Text
) -> None:
    source = FilesSource(FilesSettings(name="team", path=root, rescan=FAR))
    batches: asyncio.Queue[Batch] = asyncio.Queue()

    async def stuck(batch: Batch) -> None:
        await batches.put(batch)
        if not batch.complete:
            deaf = ValueError("a defect")
            source._reader.notice = lambda changes: (_ for _ in ()).throw(deaf)  # type: ignore[method-assign]  # it stands for one
            write("b.yaml", manifest("b"))
            await asyncio.Event().wait()

    async with asyncio.timeout(10):
        running = asyncio.create_task(source.run(stuck))
        await batches.get()
        write("a.yaml", manifest("a"))
        await batches.get()
        with pytest.raises(ExceptionGroup):
            await running
        running = asyncio.create_task(source.run(batches.put))
        batch = await batches.get()
    assert batch.complete
    assert {change.locator for change in batch.changes} == {"a.yaml", "b.yaml"}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_however_many_sources_a_channel_has_each_is_notified(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    async with AsyncExitStack() as stack:
        followers = []
        for number in range(50):
            (root / str(number)).mkdir()
            following = follow(path=root / str(number), rescan=FAR)
            followers.append(await stack.enter_async_context(following))
        for number in range(50):
            write(f"{number}/a.yaml", manifest("a"))
        for follower in followers:
            await follower.until(lambda follower=follower: follower.names == {"a"})
