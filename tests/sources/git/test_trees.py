"""What trees may hold that is no plain file under a plain name."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest

from pipeline.model import Broken, Removed
from sources.source import Limits

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


async def test_a_path_that_never_was_is_a_problem_and_one_that_comes_is_read(
    repository: Any, follow: Follow, manifest: Any
) -> None:
    async with follow(path="mehs", wait=False, interval=0.1) as follower:
        await follower.troubled("GAL1108")
        assert not follower.batches
        repository.write("mehs/b.yaml", manifest("b"))
        repository.commit()
        await follower.until(lambda: follower.names == {"b"})
        assert follower.batches[0].complete


async def test_a_path_that_vanishes_is_the_removal_of_all_that_it_held(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow(path="mesh") as follower:
        repository.remove("mesh")
        batch = await arrived(follower, repository.commit())
        assert batch.changes == (Removed("mesh/a.yaml"),)
        await follower.troubled("GAL1108")
        repository.write("mesh/b.yaml", manifest("b"))
        await arrived(follower, repository.commit())
        assert follower.names == {"b"}


async def test_a_path_that_vanished_while_nobody_ran_is_a_removal_too(
    repository: Any, follow: Follow
) -> None:
    accepted = repository.head
    async with follow(path="mesh"):
        pass
    repository.remove("mesh")
    repository.commit()
    async with follow(path="mesh", accepted=accepted) as follower:
        (batch,) = follower.batches
        assert (batch.complete, batch.changes) == (True, ())


async def test_links_within_the_repository_are_followed(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("shared/b.yaml", manifest("b"))
    repository.write("shared/more/c.yaml", manifest("c"))
    repository.link("mesh/b.yaml", "../shared/b.yaml")
    repository.link("mesh/more", "../shared/more")
    repository.link("mesh/again.yaml", "a.yaml")
    repository.commit()
    async with follow(path="mesh") as follower:
        assert set(follower.held) == {"mesh/a.yaml", "mesh/b.yaml", "mesh/more/c.yaml"}
        repository.write("shared/more/c.yaml", manifest("c", 1))
        batch = await arrived(follower, repository.commit())
        assert [each.locator for each in batch.changes] == ["mesh/more/c.yaml"]
        origin = batch.changes[0].resources[0].origin
        assert follower.source.locate(origin, ("spec", "value")).line == 6


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/etc/hostname", "GAL1114"),
        ("../../outside.yaml", "GAL1114"),
        ("nowhere.yaml", "GAL0902"),
        ("loop.yaml", "GAL0902"),
    ],
)
async def test_links_that_lead_out_or_nowhere_are_broken(
    target: str, code: str, repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("mesh/loop.yaml", manifest("b"))
    repository.commit()
    async with follow() as follower:
        (repository.path / "mesh/loop.yaml").unlink()
        repository.link("mesh/loop.yaml", target)
        await arrived(follower, repository.commit())
        assert follower.codes("mesh/loop.yaml") == [code]
        assert follower.names == {"a", "b"}


async def test_links_that_lead_back_are_broken(repository: Any, follow: Follow) -> None:
    repository.link("mesh/self", ".")
    repository.link("mesh/top", "..")
    repository.commit()
    async with follow(path="mesh") as follower:
        assert follower.codes("mesh/self/") == follower.codes("mesh/top/") == ["GAL0905"]
        assert follower.names == {"a"}


async def test_a_folder_whose_link_dangles_keeps_what_it_held(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("shared/b.yaml", manifest("b"))
    repository.link("mesh/more", "../shared")
    repository.commit()
    async with follow(path="mesh") as follower:
        repository.link("mesh/more", "../gone")
        await arrived(follower, repository.commit())
        assert follower.codes("mesh/more/") == ["GAL0902"]
        assert follower.names == {"a", "b"}
        repository.link("mesh/more", "../shared")
        batch = await arrived(follower, repository.commit())
        assert batch.changes == (Removed("mesh/more/"),)


async def test_a_folder_that_becomes_a_template_keeps_what_it_held(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("mesh/app/b.yaml", manifest("b"))
    repository.commit()
    async with follow() as follower:
        repository.write("mesh/app/kustomization.yaml", "resources: [b.yaml]")
        repository.remove("mesh/app/b.yaml")
        batch = await arrived(follower, repository.commit())
        assert [type(each) for each in batch.changes] == [Broken]
        assert follower.codes("mesh/app/") == ["GAL0906"]
        repository.remove("mesh/app/kustomization.yaml")
        await arrived(follower, repository.commit())
        assert follower.names == {"a"}


async def test_a_top_of_templates_blocks_the_commit_and_removes_nothing(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow(path="mesh") as follower:
        repository.write("mesh/Chart.yaml", "name: x")
        batch = await arrived(follower, repository.commit())
        assert (batch.changes, [each.code for each in batch.errors]) == ((), ["GAL0906"])
        repository.remove("mesh/Chart.yaml")
        batch = await arrived(follower, repository.commit())
        assert (batch.changes, batch.errors) == ((), ())


async def test_rules_go_with_the_folder_that_held_them(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("mesh/x/.galleyignore", "b.yaml")
    repository.commit()
    async with follow() as follower:
        repository.remove("mesh/x")
        await arrived(follower, repository.commit())
        repository.write("mesh/x/b.yaml", manifest("b"))
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "b"}


async def test_rules_that_are_nonsense_keep_what_was_there(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("mesh/x/b.yaml", manifest("b"))
    repository.commit()
    async with follow(path="mesh") as follower:
        repository.write("mesh/x/.galleyignore", "b.yaml\n!\n")
        await arrived(follower, repository.commit())
        assert follower.codes("mesh/x/") == ["GAL0903"]
        assert "line 2, '!', is no pattern" in follower.errors["mesh/x/"][0].message
        repository.remove("mesh/x/.galleyignore")
        repository.write("mesh/.galleyignore", "!\n")
        batch = await arrived(follower, repository.commit())
        assert [each.code for each in batch.errors] == ["GAL0903"]
        assert follower.names == {"a", "b"}


async def test_a_pointer_of_lfs_is_not_configuration(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    async with follow() as follower:
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
        repository.write("mesh/a.yaml", pointer)
        await arrived(follower, repository.commit())
        assert follower.codes("mesh/a.yaml") == ["GAL1111"]
        assert follower.names == {"a"}


async def test_a_huge_file_is_refused_unread(
    repository: Any, follow: Follow, arrived: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with follow(limits=Limits(file_bytes=1000)) as follower:
        repository.write("mesh/a.yaml", "#" * 5000)
        monkeypatch.setattr("sources.git.objects.Objects.read", None)
        await arrived(follower, repository.commit())
        assert follower.codes("mesh/a.yaml") == ["GAL0106"]


async def test_names_that_are_not_utf_8_and_names_that_differ_by_case(
    repository: Any, follow: Follow, manifest: Any
) -> None:
    (repository.path / "mesh" / "\udcff.yaml").write_text(manifest("latin"))
    repository.write("mesh/A.yaml", manifest("upper"))
    repository.commit()
    async with follow() as follower:
        assert set(follower.held) == {"mesh/a.yaml", "mesh/A.yaml"}
        assert follower.codes("mesh/\\xff.yaml") == ["GAL0909"]


async def test_a_commit_may_have_any_bytes_for_an_author_and_a_subject(
    repository: Any, follow: Follow
) -> None:
    repository.commit("caf\udce9 \x1b[31mred", GIT_AUTHOR_NAME="Zo\udceb")
    async with follow() as follower:
        (newest,) = follower.batches[0].revisions
        assert (newest.author, newest.subject) == ("Zoë <ann@example.com>", "café  [31mred")


async def test_a_broken_file_keeps_what_it_held_until_it_is_mended_or_reverted(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow() as follower:
        repository.write("mesh/a.yaml", "kind: [")
        await arrived(follower, repository.commit())
        assert (follower.codes("mesh/a.yaml"), follower.names) == (["GAL0102"], {"a"})
        repository.git("revert", "--no-edit", "HEAD")
        batch = await arrived(follower, repository.head)
        assert [each.locator for each in batch.changes] == ["mesh/a.yaml"]
        assert not follower.errors
