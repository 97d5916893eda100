"""What file systems and people do to files: nothing is deleted, nothing hangs, all is said."""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sources.source import Limits

Text: TypeAlias = Callable[..., str]
Write: TypeAlias = Callable[..., Path]
Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
Quiet: TypeAlias = Callable[[Any], Awaitable[None]]


async def test_a_missing_folder_is_a_source_that_cannot_be_read(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    root.rmdir()  # noqa: ASYNC240  # one call, in a test
    async with follow(wait=False) as follower:
        await follower.troubled("GAL0901")
        assert not follower.batches
        write("a.yaml", manifest("a"))
        await follower.until(lambda: follower.names == {"a"})
        await follower.troubled("")


async def test_deleting_the_whole_folder_deletes_no_keys(
    tmp_path: Path, root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a", 1))
    write("b.yaml", manifest("b"))
    async with follow() as follower:
        root.rename(tmp_path / "away")  # noqa: ASYNC240  # one call, in a test
        await follower.troubled("GAL0901")
        assert follower.names == {"a", "b"}
        shutil.copytree(tmp_path / "away", root)
        write("x/a.yaml", manifest("a", 2))
        before = follower.held["x/a.yaml"]
        await follower.until(lambda: follower.held["x/a.yaml"] != before)
        await follower.troubled("")
        assert follower.names == {"a", "b"}


async def test_a_folder_swapped_for_another_is_read_again(
    tmp_path: Path, root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    """A link that is pointed at the next release, as git-sync does it."""
    write("one/a.yaml", manifest("a", 1))
    write("one/b.yaml", manifest("b"))
    write("two/a.yaml", manifest("a", 2))
    link = tmp_path / "current"
    link.symlink_to(root / "one")
    async with follow(path=link) as follower:
        before = follower.held["a.yaml"]
        (tmp_path / "next").symlink_to(root / "two")
        (tmp_path / "next").rename(link)
        await follower.until(lambda: follower.names == {"a"} and follower.held["a.yaml"] != before)


def swap(root: Path, name: str, files: dict[str, str]) -> None:
    """Mount a ConfigMap as the kubelet does: a new folder, and a link put in place by a rename."""
    folder = root / f"..{name}"
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    (root / "..data_tmp").symlink_to(folder.name)
    (root / "..data_tmp").rename(root / "..data")
    for top in {file.split("/")[0] for file in files}:
        if not (root / top).is_symlink():
            (root / top).symlink_to(f"..data/{top}")


async def test_a_mounted_configmap_is_read_once_and_swapped_as_one(
    root: Path, manifest: Text, follow: Follow
) -> None:
    swap(root, "one", {"a.yaml": manifest("a", 1), "sub/b.yaml": manifest("b", 1)})
    async with follow() as follower:
        assert set(follower.held) == {"a.yaml", "sub/b.yaml"}
        swap(root, "two", {"a.yaml": manifest("a", 2), "sub/b.yaml": manifest("b", 2)})
        shutil.rmtree(root / "..one")
        await follower.until(lambda: len(follower.batches) > 1)
        assert {one.locator for one in follower.batches[1].changes} == {"a.yaml", "sub/b.yaml"}


async def test_a_large_file_is_refused_unread(write: Write, manifest: Text, follow: Follow) -> None:
    path = write("a.yaml", manifest("a"))
    async with follow() as follower:
        os.truncate(path, 100 * 1024 * 1024)
        await follower.until(lambda: follower.codes("a.yaml") == ["GAL0106"])
        assert follower.names == {"a"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: \xff", "GAL0101"),
        (b"[" * 100_000, "GAL0104"),
        (b"a: &a [" + b"x, " * 500 + b"]\nb: [*a, *a, *a]\n", "GAL0105"),
    ],
)
async def test_hostile_text_breaks_its_file_and_no_other(
    write: Write, manifest: Text, follow: Follow, data: bytes, code: str
) -> None:
    write("a.yaml", manifest("a"))
    write("bad.yaml", data)
    async with follow(limits=Limits(alias_factor=1)) as follower:
        assert follower.codes("bad.yaml") == [code]
        assert follower.names == {"a"}


@pytest.mark.parametrize("target", ["nowhere.yaml", "loop.yaml", "/etc/hostname", "../out.yaml"])
async def test_links_that_lead_nowhere_or_out_are_broken(
    tmp_path: Path, root: Path, write: Write, manifest: Text, follow: Follow, target: str
) -> None:
    (tmp_path / "out.yaml").write_text(manifest("out"))
    write("loop.yaml", manifest("a"))
    async with follow() as follower:
        (root / "new").symlink_to(target)
        (root / "new").rename(root / "loop.yaml")
        follower.source.hint()
        await follower.until(lambda: "loop.yaml" in follower.errors)
        assert follower.codes("loop.yaml") in (["GAL0902"], ["GAL0904"])
        assert follower.names == {"a"}


async def test_folders_that_link_in_circles_are_broken_and_the_rest_is_read(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a"))
    (root / "x" / "again").symlink_to("..")
    (root / "x" / "self").symlink_to(".")
    async with follow() as follower:
        assert follower.codes("x/again/") == follower.codes("x/self/") == ["GAL0905"]
        assert follower.names == {"a"}


async def test_a_link_to_what_is_read_anyway_is_passed_over(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a"))
    (root / "b.yaml").symlink_to("x/a.yaml")
    (root / "y").symlink_to("x")
    async with follow() as follower:
        assert set(follower.held) == {"x/a.yaml"}


async def test_a_pipe_is_broken_and_holds_nobody_up(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a"))
    os.mkfifo(root / "pipe.yaml")
    async with follow() as follower:
        assert follower.codes("pipe.yaml") == ["GAL0902"]
        assert follower.names == {"a"}


async def test_a_folder_in_the_place_of_a_file_is_a_folder(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    path = write("a.yaml", manifest("a"))
    async with follow() as follower:
        path.unlink()
        write("a.yaml/b.yaml", manifest("b"))
        await follower.until(lambda: set(follower.held) == {"a.yaml/b.yaml"})


@pytest.mark.usefixtures("no_privileges")
async def test_without_permission_files_and_folders_keep_what_they_held(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a"))
    path = write("b.yaml", manifest("b"))
    async with follow() as follower:
        path.chmod(0)
        (root / "x").chmod(0)
        follower.source.hint()
        await follower.until(lambda: set(follower.errors) == {"b.yaml", "x/"})
        assert follower.names == {"a", "b"}
        (root / "x").chmod(0o755)
        path.chmod(0o644)
        await follower.until(lambda: not follower.errors)


@pytest.mark.parametrize("name", ["kustomization.yaml", "Chart.yaml"])
async def test_a_folder_of_templates_gets_one_diagnostic_and_keeps_what_it_held(
    write: Write, manifest: Text, follow: Follow, name: str
) -> None:
    write("x/y/a.yaml", manifest("a", 1))
    write("b.yaml", manifest("b"))
    async with follow() as follower:
        template = write(f"x/{name}", "resources: []")
        follower.source.hint()
        await follower.until(lambda: follower.codes("x/") == ["GAL0906"])
        assert follower.names == {"a", "b"}
        template.unlink()
        follower.source.hint()
        await follower.until(lambda: not follower.errors)
        assert follower.names == {"a", "b"}


async def test_a_source_that_is_a_folder_of_templates_cannot_be_read(
    write: Write, follow: Follow
) -> None:
    write("Chart.yaml", "name: x")
    async with follow(wait=False) as follower:
        await follower.troubled("GAL0906")
        assert not follower.batches


async def test_a_name_that_is_not_utf8_is_broken(
    root: Path, write: Write, manifest: Text, follow: Follow
) -> None:
    write("a.yaml", manifest("a"))
    path = Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.yaml"))
    path.write_text(manifest("b"))  # noqa: ASYNC240  # one call, in a test
    async with follow() as follower:
        assert follower.codes("caf\\xe9.yaml") == ["GAL0909"]
        assert follower.names == {"a"}


async def test_hidden_files_and_folders_are_not_read(
    write: Write, manifest: Text, follow: Follow
) -> None:
    write(".git/a.yaml", manifest("a"))
    write(".hidden.yaml", manifest("b"))
    write("c.yaml", manifest("c"))
    async with follow() as follower:
        assert follower.names == {"c"}


async def test_galleyignore_is_honoured_and_its_change_noticed(
    write: Write, manifest: Text, follow: Follow
) -> None:
    write(".galleyignore", "*-draft.yaml\nout/\n!out\n")
    write("x/.galleyignore", "a.yaml\n!keep-draft.yaml\n")
    for name in ("a.yaml", "b-draft.yaml", "x/a.yaml", "x/keep-draft.yaml", "x/y/a.yaml"):
        write(name, manifest(name.replace("/", ".").removesuffix(".yaml")))
    async with follow() as follower:
        assert set(follower.held) == {"a.yaml", "x/keep-draft.yaml"}
        write(".galleyignore", "")
        await follower.until(lambda: "b-draft.yaml" in follower.held)
        write("x/.galleyignore", "*.yaml\n")
        await follower.until(lambda: set(follower.held) == {"a.yaml", "b-draft.yaml"})


async def test_what_a_new_rule_hides_is_gone(write: Write, manifest: Text, follow: Follow) -> None:
    """Though the file is still there."""
    for name in ("a.yaml", "x/b.yaml", "c.yaml"):
        write(name, manifest(name.replace("/", ".").removesuffix(".yaml")))
    async with follow() as follower:
        write(".galleyignore", "a.yaml\nx/\n")
        await follower.until(lambda: set(follower.held) == {"c.yaml"})


async def test_a_galleyignore_that_is_deleted_hides_nothing_any_more(
    write: Write, manifest: Text, follow: Follow
) -> None:
    rules = write("x/.galleyignore", "a.yaml\n")
    write("x/a.yaml", manifest("a"))
    async with follow() as follower:
        assert not follower.held
        rules.unlink()
        await follower.until(lambda: follower.names == {"a"})


async def test_a_galleyignore_that_says_nonsense_keeps_what_was_there(
    write: Write, manifest: Text, follow: Follow
) -> None:
    write("x/a.yaml", manifest("a"))
    write("b.yaml", manifest("b"))
    async with follow() as follower:
        write("x/.galleyignore", "c.yaml\n!\n")
        await follower.until(lambda: follower.codes("x/") == ["GAL0903"])
        assert "line 2, '!', is no pattern" in follower.errors["x/"][0].message
        assert follower.names == {"a", "b"}
        write("x/.galleyignore", "a.yaml\n")
        await follower.until(lambda: follower.names == {"b"})
        write(".galleyignore", "\\\n")
        await follower.troubled("GAL0903")
        assert follower.names == {"b"}
        write(".galleyignore", "c.yaml\n")
        await follower.troubled()


async def test_include_and_exclude_choose_what_is_read(
    write: Write, manifest: Text, follow: Follow
) -> None:
    for name in ("a.yaml", "b.manifest", "old/c.yaml", "d.json"):
        write(name, manifest(name[0]))
    async with follow(include=("*.yaml", "*.manifest"), exclude=("old/",)) as follower:
        assert set(follower.held) == {"a.yaml", "b.manifest"}


async def test_where_the_system_does_not_notify_the_rescan_does(
    write: Write, manifest: Text, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's refusal is the one thing here that cannot be had for real."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sources.files.watch.awatch", refuse)
    async with follow(rescan=0.05) as follower:
        await follower.troubled("GAL0907")
        write("a.yaml", manifest("a"))
        await follower.until(lambda: follower.names == {"a"})


async def test_files_that_vanish_while_they_are_read_are_no_error(
    write: Write, manifest: Text, follow: Follow, quiet: Quiet
) -> None:
    async with follow() as follower:
        for number in range(100):
            path = write(f"{number}.yaml", manifest("a"))
            await asyncio.sleep(0)
            path.unlink()
        await quiet(follower)
        await follower.until(lambda: follower.names == {"probe"})
        assert not follower.errors


async def test_the_event_loop_runs_on_while_much_is_read(
    write: Write, manifest: Text, follow: Follow
) -> None:
    for number in range(1500):
        write(f"{number}.yaml", "---\n".join(manifest(f"a{number}-{n}") for n in range(5)))
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            stalls.append(time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    async with follow() as follower:
        assert len(follower.names) == 7500
    ticking.cancel()
    assert sorted(stalls)[int(len(stalls) * 0.98)] < 0.1
    assert len(stalls) > 50
