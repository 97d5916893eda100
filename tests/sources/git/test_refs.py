"""What is followed: branches, tags, ranges and commits, and what becomes of them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest

from sources.git.ref import Ref
from sources.settings import GitSettings

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("ref", "names"),
    [
        ("", ("HEAD",)),
        ("HEAD", ("HEAD",)),
        ("main", ("refs/heads/main", "refs/tags/main")),
        ("refs/pull/7/head", ("refs/pull/7/head",)),
        (COMMIT, COMMIT),
        ({"branch": "a/b"}, ("refs/heads/a/b",)),
        ({"branch": "b", "tag": "t"}, ("refs/tags/t",)),
        ({"branch": "b", "tag": "t", "semver": "1.x"}, "1.x"),
        ({"tag": "t", "semver": "1.x", "name": "refs/x/y"}, ("refs/x/y",)),
        ({"name": "refs/x/y", "commit": COMMIT, "branch": "b"}, COMMIT),
    ],
)
def test_a_ref_is_chosen_by_the_documented_precedence(ref: Any, names: Any) -> None:
    found = Ref.of(GitSettings(name="a", type="git", url="/r", ref=ref))
    assert (found.names or found.range or found.commit) == names


async def test_a_branch_and_no_other_is_followed(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.git("branch", "live")
    async with follow(ref="live") as follower:
        repository.write("mesh/b.yaml", manifest("b"))
        repository.commit()
        repository.git("checkout", "--quiet", "live")
        repository.write("mesh/c.yaml", manifest("c"))
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "c"}


async def test_a_name_is_a_tag_where_there_is_no_such_branch(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    repository.git("tag", "--annotate", "--message", "first", "stable")
    async with follow(ref="stable") as follower:
        repository.commit()
        repository.git("tag", "--force", "--annotate", "--message", "second", "stable")
        await arrived(follower, repository.head)


async def test_the_highest_tag_in_a_range_is_followed(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    for tag in ("v1.2.0", "1.10.0", "v2.0.0", "v1.11.0-rc.1", "nonsense"):
        repository.commit(tag)
        repository.git("tag", tag)
    async with follow(ref={"semver": "1.x"}) as follower:
        assert follower.batches[0].revisions[0].subject == "1.10.0"
        repository.commit("newer")
        repository.git("tag", "v1.11.0")
        await arrived(follower, repository.head)


async def test_a_commit_is_read_and_nothing_followed(
    repository: Any, follow: Follow, manifest: Any
) -> None:
    first = repository.head
    repository.write("mesh/b.yaml", manifest("b"))
    repository.commit()
    async with follow(ref=first, interval=0.05) as follower:
        assert (follower.names, follower.batches[0].revision) == ({"a"}, first)


async def test_a_commit_is_found_where_the_server_gives_none_by_its_hash(
    repository: Any, follow: Follow
) -> None:
    """Old servers hand out refs alone."""
    first = repository.head
    repository.commit()
    repository.git("config", "protocol.version", "0")
    repository.git("config", "uploadpack.allowReachableSHA1InWant", "false")
    async with follow(ref=first) as follower:
        assert follower.batches[0].revision == first


async def test_any_ref_can_be_followed(repository: Any, follow: Follow, arrived: Any) -> None:
    repository.git("update-ref", "refs/pull/7/head", "HEAD")
    async with follow(ref="refs/pull/7/head") as follower:
        repository.git("update-ref", "refs/pull/7/head", repository.commit())
        await arrived(follower, repository.head)


async def test_a_branch_that_is_deleted_is_a_problem_and_deletes_nothing(
    repository: Any, follow: Follow
) -> None:
    repository.git("branch", "live")
    async with follow(ref={"branch": "live"}, interval=0.1) as follower:
        repository.git("branch", "-D", "live")
        await follower.troubled("GAL1107")
        assert (follower.names, len(follower.batches)) == ({"a"}, 1)
        repository.git("branch", "live")
        await follower.troubled("")
        assert len(follower.batches) == 1


async def test_a_branch_in_whose_place_there_is_a_folder_of_branches(
    repository: Any, fetched: Any, follow: Follow
) -> None:
    repository.git("branch", "live")
    async with follow(ref={"branch": "live"}):
        pass
    repository.git("branch", "-D", "live")
    repository.git("branch", "live/now")
    async with follow(ref={"branch": "live/now"}) as follower:
        assert follower.names == {"a"}


async def test_the_default_branch_is_followed_under_its_new_name(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow() as follower:
        repository.git("branch", "--move", "main", "trunk")
        repository.write("mesh/b.yaml", manifest("b"))
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "b"}


async def test_a_force_push_is_read_by_the_difference_of_trees(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    repository.write("mesh/b.yaml", manifest("b"))
    repository.commit()
    async with follow() as follower:
        repository.git("reset", "--quiet", "--hard", "HEAD~")
        repository.write("mesh/c.yaml", manifest("c"))
        batch = await arrived(follower, repository.commit("rewritten"))
        assert {each.locator for each in batch.changes} == {"mesh/b.yaml", "mesh/c.yaml"}
        assert batch.revisions[0].subject == "rewritten"
        assert follower.names == {"a", "c"}


async def test_another_history_altogether_is_no_trouble(
    repository: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow() as follower:
        repository.git("checkout", "--quiet", "--orphan", "other")
        repository.git("branch", "-D", "main")
        repository.git("branch", "--move", "main")
        repository.write("mesh/a.yaml", manifest("z"))
        batch = await arrived(follower, repository.commit("new begin"))
        assert [each.subject for each in batch.revisions] == ["new begin"]
        assert follower.names == {"z"}


async def test_a_repository_that_moved_is_read_from_its_new_place(
    repository: Any, make_repository: Any, follow: Follow, manifest: Any
) -> None:
    """The settings name another url: the source begins anew, and says the same."""
    async with follow() as follower:
        before = follower.held
    moved = make_repository("moved")
    moved.git("pull", "--quiet", str(repository.path), "main")
    async with follow(url=str(moved.path), accepted=repository.head) as follower:
        assert follower.held == before


async def test_a_repository_without_commits_is_a_problem_until_it_has_one(
    make_repository: Any, follow: Follow, manifest: Any
) -> None:
    empty = make_repository("empty")
    async with follow(url=str(empty.path), wait=False, interval=0.1) as follower:
        await follower.troubled("GAL1107")
        assert not follower.batches
        empty.write("a.yaml", manifest("a"))
        empty.commit()
        await follower.until(lambda: follower.names == {"a"})


async def test_clocks_that_are_wrong_matter_to_nobody(
    repository: Any, follow: Follow, arrived: Any
) -> None:
    past, future = "1970-01-02T00:00:00Z", "2099-01-01T00:00:00Z"
    async with follow() as follower:
        made = [
            repository.commit(day, GIT_AUTHOR_DATE=day, GIT_COMMITTER_DATE=day)
            for day in (future, past, future, past)
        ]
        batch = await arrived(follower, made[-1])
        assert [each.id for each in batch.revisions] == made[::-1]
