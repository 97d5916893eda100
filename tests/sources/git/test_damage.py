"""Mirrors that are damaged or cannot be written: what was emitted stays, all is fetched anew."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


def mirror(fetched: Path) -> Path:
    (found,) = fetched.glob("git/*/HEAD")
    return found.parent


def objects(folder: Path) -> list[Path]:
    return [each for each in (folder / "objects").rglob("*") if each.is_file()]


def put(place: Path, data: bytes) -> None:
    """Another file in the place of one, which may be mapped into memory."""
    place.unlink()
    place.write_bytes(data)


def empty_objects(folder: Path) -> None:
    for each in objects(folder):
        put(each, b"")


def cut_objects(folder: Path) -> None:
    for each in objects(folder):
        put(each, each.read_bytes()[:10])


def scatter_objects(folder: Path) -> None:
    """Loose objects, cut short: libgit2 would read them for ever."""
    (pack,) = (folder / "objects" / "pack").glob("*.pack")
    aside = pack.rename(folder / "aside")
    with aside.open("rb") as stream:
        command = ["git", "unpack-objects", "-q"]
        subprocess.run(command, cwd=folder, stdin=stream, check=True, env={**os.environ})
    cut_objects(folder)


def lose_objects(folder: Path) -> None:
    shutil.rmtree(folder / "objects")


def empty_refs(folder: Path) -> None:
    for each in (folder / "refs" / "galley").iterdir():
        each.write_text("")


def lose_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def garble_config(folder: Path) -> None:
    (folder / "config").write_text("[core\n")


def leave_locks(folder: Path) -> None:
    for name in ("shallow.lock", "config.lock", "HEAD.lock", "packed-refs.lock"):
        (folder / name).write_text("")
    for each in (folder / "refs" / "galley").iterdir():
        each.with_name(each.name + ".lock").write_text("")


DAMAGES = [
    empty_objects,
    cut_objects,
    lose_objects,
    empty_refs,
    scatter_objects,
    lose_head,
    garble_config,
    leave_locks,
    shutil.rmtree,
]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_mirror_that_was_damaged_while_nobody_ran_is_mended(
    damage: Any, repository: Any, fetched: Path, follow: Follow
) -> None:
    async with follow() as follower:
        before = follower.held
    damage(mirror(fetched))
    async with follow() as follower:
        assert follower.held == before
        assert follower.source.health().problem is None


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_mirror_that_is_damaged_in_use_is_mended_by_the_next_commit(
    damage: Any, repository: Any, fetched: Path, follow: Follow, manifest: Any
) -> None:
    async with follow(interval=0.2) as follower:
        damage(mirror(fetched))
        repository.write("mesh/b.yaml", manifest("b"))
        repository.commit()
        await follower.until(lambda: follower.names == {"a", "b"})
        assert len(follower.batches) == 2
        assert [change.locator for change in follower.batches[1].changes] == ["mesh/b.yaml"]
        await follower.troubled("")


async def test_a_disk_that_is_full_is_told_of_and_used_again_when_there_is_room(
    repository: Any, small_disk: Path, follow: Follow, manifest: Any
) -> None:
    async with follow(folder=small_disk, interval=0.2) as follower:
        ballast = small_disk / "ballast"
        with suppress(OSError):  # it is full: that is what it is for
            ballast.write_bytes(os.urandom(2 * 1024 * 1024))
        repository.write("mesh/b.yaml", manifest("b"))
        repository.write("noise", os.urandom(50_000))
        repository.commit()
        await follower.troubled("GAL1109")
        assert follower.names == {"a"}
        ballast.unlink()
        await follower.until(lambda: follower.names == {"a", "b"})


async def test_a_folder_that_cannot_be_made_is_a_problem(
    repository: Any, tmp_path: Path, follow: Follow
) -> None:
    (tmp_path / "file").write_text("in the way")
    async with follow(folder=tmp_path / "file", wait=False) as follower:
        await follower.troubled("GAL1109")


async def test_without_git_there_is_a_problem_that_says_so(
    repository: Any, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with follow(wait=False) as follower:
        await follower.troubled("GAL1110")


async def test_a_git_that_is_too_old_is_named(
    repository: Any, follow: Follow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old git is not to be had here: this one refuses an option as it would."""
    programs = tmp_path / "bin"
    programs.mkdir()
    real = shutil.which("git")
    words = "error: unknown option \\140no-write-fetch-head'\nusage: git fetch [<options>]"
    script = (
        f'#!/bin/sh\n[ "$1" = fetch ] && {{ printf "{words}" >&2; exit 129; }}\nexec {real} "$@"\n'
    )
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    async with follow(wait=False) as follower:
        await follower.troubled("GAL1115")
        assert "no-write-fetch-head" in follower.source.health().problem.message
