"""Submodules: told of, or read from repositories of their own at the commit that is recorded."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest

from sources.git.address import Address
from sources.git.modules import ModuleError, _joined

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def library(make_repository: Any, manifest: Any) -> Any:
    """Another repository, of which a commit is recorded as `mesh/lib`."""
    made = make_repository("library")
    made.write("b.yaml", manifest("b"))
    made.commit()
    return made


@pytest.fixture
def parent(repository: Any, library: Any) -> Any:
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    repository.git(*add, str(library.path), "mesh/lib")
    repository.commit()
    return repository


async def test_a_submodule_is_told_of_and_not_read(parent: Any, follow: Follow) -> None:
    async with follow(path="mesh") as follower:
        assert follower.names == {"a"}
        notes = [note for each in follower.batches[0].changes for note in each.notes]
        assert [(note.code, note.locator) for note in notes] == [("GAL1112", "mesh/lib/")]


async def test_a_submodule_elsewhere_is_no_matter_of_ours(parent: Any, follow: Follow) -> None:
    parent.write("other/c.yaml", "")
    parent.commit()
    async with follow(path="other") as follower:
        assert [each.locator for each in follower.batches[0].changes] == ["other/c.yaml"]


async def test_a_submodule_is_read_at_the_recorded_commit(
    parent: Any, library: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow(path="mesh", submodules=True) as follower:
        assert set(follower.held) == {"mesh/a.yaml", "mesh/lib/b.yaml"}
        library.write("b.yaml", manifest("b", 1))
        newer = library.commit()
        before = follower.held["mesh/lib/b.yaml"]
        await arrived(follower, parent.commit("nothing recorded"))
        assert follower.held["mesh/lib/b.yaml"] == before
        parent.git("-C", "mesh/lib", "fetch", "--quiet")
        parent.git("-C", "mesh/lib", "checkout", "--quiet", newer)
        batch = await arrived(follower, parent.commit("recorded"))
        assert [each.locator for each in batch.changes] == ["mesh/lib/b.yaml"]
        origin = batch.changes[0].resources[0].origin
        assert follower.source.locate(origin, ("spec", "value")).line == 6
        assert follower.source.link(origin) == ""


async def test_submodules_within_submodules_are_read(
    parent: Any, library: Any, make_repository: Any, follow: Follow, manifest: Any
) -> None:
    inner = make_repository("inner")
    inner.write("c.yaml", manifest("c"))
    inner.commit()
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    library.git(*add, "../inner", "deep")
    library.commit()
    parent.git("-C", "mesh/lib", "pull", "--quiet", str(library.path), "main")
    parent.commit()
    async with follow(submodules=True) as follower:
        assert set(follower.held) == {"mesh/a.yaml", "mesh/lib/b.yaml", "mesh/lib/deep/c.yaml"}


async def test_a_submodule_without_an_address_is_broken(
    parent: Any, follow: Follow, arrived: Any
) -> None:
    async with follow(submodules=True) as follower:
        parent.write(".gitmodules", "")
        await arrived(follower, parent.commit())
        assert follower.codes("mesh/lib/") == ["GAL1113"]
        assert follower.names == {"a", "b"}


async def test_a_submodule_that_cannot_be_fetched_holds_the_commit_up(
    parent: Any, library: Any, follow: Follow, manifest: Any
) -> None:
    away = library.path.with_name("away")
    library.path.rename(away)
    async with follow(submodules=True, wait=False, interval=0.1) as follower:
        await follower.troubled("GAL1113")
        assert not follower.batches
        away.rename(library.path)
        await follower.until(lambda: follower.names == {"a", "b"})


@pytest.mark.parametrize(
    ("parent", "url", "whole"),
    [
        ("https://h/team/mesh.git", "../lib.git", "https://h/team/lib.git"),
        ("https://h/team/mesh.git", "../../other/lib", "https://h/other/lib"),
        ("git@h:team/mesh.git", "../lib.git", "git@h:team/lib.git"),
        ("git@h:mesh.git", "../lib.git", "git@h:lib.git"),
        ("/srv/mesh", "./lib", "/srv/mesh/lib"),
        ("https://h/mesh.git", "ssh://git@h/lib", "ssh://git@h/lib"),
    ],
)
def test_an_address_with_dots_is_relative_to_the_parents(parent: str, url: str, whole: str) -> None:
    assert _joined(Address(parent), url) == Address(whole)


@pytest.mark.parametrize(
    "url", ["/etc/repository", "file:///etc/repository", "ext::sh -c true", "http://h/x", "-u"]
)
def test_a_commit_cannot_have_files_of_this_host_read(url: str) -> None:
    with pytest.raises(ModuleError):
        _joined(Address("https://h/team/mesh.git"), url)
