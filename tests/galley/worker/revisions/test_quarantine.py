"""What a rollback took back of a source whose unit is a revision, point by point."""

from typing import Any

import pytest

CONFIG_MAP = "core/ConfigMap/default/"


async def rolled_back(repo: Any) -> Any:
    """Version 2, commit c2, brought a=2; version 3 went back to 1."""
    await repo.commit("c2", a="2")
    await repo.roll_back(1)
    return repo


async def test_a_commit_that_touches_only_other_keys_waits_and_says_so(repo: Any) -> None:
    """G9: the source as a whole stays where it was rolled back to."""
    await rolled_back(repo)

    await repo.commit("c3", b="2")

    assert repo.live() == {"a": "1", "b": "1"}
    (found,) = await repo.rig.ask("diagnostics")
    assert (found["code"], found["level"], found["file"]) == ("GAL0710", "warning", "a.yaml")
    assert "version 3" in found["message"]
    (source,) = await repo.rig.ask("sources")
    assert source["waits"] == found
    assert (source["revision"], source["accepted_revision"]) == ("c3", "c1")
    (entry,) = await repo.rig.ask("quarantine")
    assert (entry["resource"], entry["rollback"], entry["waiting"]) == (f"{CONFIG_MAP}a", 3, "c3")


async def test_a_fix_goes_through_with_everything_that_waits(repo: Any) -> None:
    await rolled_back(repo)
    await repo.commit("c3", b="2")

    await repo.commit("c4", a="3")

    assert repo.live() == {"a": "3", "b": "2"}
    assert await repo.rig.ask("quarantine") == []
    (record, _) = await repo.rig.ask("audit")
    assert (record["action"], record["actor"]) == ("lift-quarantine", "galley")


async def test_a_revert_to_what_is_live_lifts_it_without_a_version(repo: Any) -> None:
    """It is written down, and the commits are tied to the version that is live."""
    await rolled_back(repo)

    await repo.commit("c3", a="1")

    assert repo.rig.version == 3
    assert await repo.rig.ask("quarantine") == []
    (record, _) = await repo.rig.ask("audit")
    assert record["details"] == {"source": "memory", "rollback": 3, "inputs": 1}
    for name in ("c2", "c3"):
        assert (await repo.rig.ask("checkpoint", revision=name))["version"] == 3


async def test_a_commit_of_the_same_tree_stays_quarantined(repo: Any) -> None:
    await rolled_back(repo)
    await repo.commit("c3")
    await repo.restart("c4")

    assert repo.live() == {"a": "1", "b": "1"}
    assert await repo.codes() == ["GAL0710"]


async def test_what_only_a_version_in_the_middle_had_is_covered(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", a="3", b="3")
    await repo.roll_back(1)

    await repo.commit("c4", a="2", b="1")  # as version 2 had it

    assert repo.live() == {"a": "1", "b": "1"}
    await repo.commit("c5", a="2", b="3")  # as no version had it
    assert repo.live() == {"a": "2", "b": "3"}


async def test_going_back_on_one_key_forgets_nothing_while_the_state_is_an_old_one(
    repo: Any,
) -> None:
    """Keys of one rollback are judged together, whatever each of them says meanwhile."""
    await repo.commit("c2", a="2")
    await repo.commit("c3", b="2")
    await repo.roll_back(1)
    await repo.commit("c4", b="1")  # the state of version 2: b is what is live

    assert repo.live() == {"a": "1", "b": "1"}
    await repo.commit("c5", b="2")  # the state of version 3 once more
    assert repo.live() == {"a": "1", "b": "1"}


@pytest.mark.parametrize("restart", [False, True])
async def test_two_rollbacks_of_parts_are_both_remembered(repo: Any, restart: bool) -> None:
    await repo.commit("c2", a="2", b="2")
    await repo.roll_back(1, resource=f"{CONFIG_MAP}a")
    await repo.roll_back(1, resource=f"{CONFIG_MAP}b")
    if restart:
        await repo.restart("c2")

    await repo.commit("c3", a="3")  # b is still as it was taken back
    assert repo.live() == {"a": "1", "b": "1"}

    await repo.commit("c4", b="3")
    assert repo.live() == {"a": "3", "b": "3"}


@pytest.mark.parametrize("restart", [False, True])
async def test_a_later_rollback_does_not_forget_what_an_earlier_one_took_back(
    repo: Any, restart: bool
) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", b="2")
    await repo.roll_back(2)
    await repo.roll_back(1)
    if restart:
        await repo.restart("c3")

    await repo.commit("c4", a="1")  # never a state of the second, and still b=2 of the first

    assert repo.live() == {"a": "1", "b": "1"}


async def test_going_back_to_what_was_rolled_back_lifts_its_quarantine(repo: Any) -> None:
    await rolled_back(repo)

    await repo.roll_back(2)

    assert repo.live() == {"a": "2", "b": "1"}
    assert await repo.rig.ask("quarantine") == []
    assert (await repo.rig.ask("sources"))[0]["accepted_revision"] == "c2"


async def test_the_target_may_be_older_than_the_source(late_repo: Any) -> None:
    repo = late_repo
    await repo.commit("c1", a="1")
    await repo.roll_back(1)

    await repo.commit("c2", b="1")

    assert repo.live() == {"other": "0"}
    await repo.commit("c3", a="2")
    assert repo.live() == {"other": "0", "a": "2", "b": "1"}


async def test_a_refused_revision_that_is_pending_stays_refused(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", a="bad")
    await repo.roll_back(1)

    assert "GAL0710" not in await repo.codes()
    await repo.commit("c4", a="2")  # what was taken back is known though it was not pending
    assert await repo.codes() == ["GAL0710"]
    assert repo.live() == {"a": "1", "b": "1"}


async def test_a_file_that_cannot_be_read_lifts_nothing(repo: Any) -> None:
    await rolled_back(repo)
    await repo.commit("c3", a="broken")
    assert len(await repo.rig.ask("quarantine")) == 1

    await repo.commit("c4", a="2")

    assert repo.live() == {"a": "1", "b": "1"}


async def test_a_revision_that_is_wrong_as_a_whole_lifts_nothing(repo: Any) -> None:
    """A revert that nobody vouches for is no word of the source."""
    await rolled_back(repo)
    await repo.commit("c3", wrong=True, a="1")
    assert len(await repo.rig.ask("quarantine")) == 1

    await repo.commit("c4", a="2")

    assert repo.live() == {"a": "1", "b": "1"}


async def test_a_rename_is_not_something_that_is_taken_back(repo: Any) -> None:
    """Nothing was said of the resource; going back is about what was."""
    await repo.commit("c2", a="2", c="1")
    repo.rig.source.remove("b.yaml")
    repo.rig.source.put(repo.make("b", x="1"), locator="moved.yaml")
    await repo.commit("c3")
    await repo.commit("c4", c="2")
    await repo.roll_back(1)

    assert {item["resource"][-1] for item in await repo.rig.ask("quarantine")} == {"a", "c"}


async def test_what_was_renamed_is_held_once_after_a_restart(repo: Any) -> None:
    """A rename makes no version; the next version tells the store of it all the same."""
    repo.rig.source.remove("b.yaml")
    repo.rig.source.put(repo.make("b", x="1"), locator="moved.yaml")
    await repo.commit("c2")
    await repo.commit("c3", a="2")
    repo.rig.source.put(repo.make("b", x="2"), locator="moved.yaml")
    await repo.commit("c4")
    versions = repo.rig.version

    await repo.rig.stop()
    repo.rig.source = type(repo.rig.source)("memory")
    await repo.rig.start()  # the source says nothing: what the store holds is all there is

    await repo.rig.until(lambda: repo.live() == {"a": "2", "b": "2"})
    assert repo.rig.version == versions

    async def held_once() -> bool:
        """Soon: what is live is told before all inputs are back."""
        traced = await repo.rig.ask("trace", resource=f"{CONFIG_MAP}b")
        return len(traced["claimed_by"]) == 1

    await repo.rig.eventually(held_once)


async def test_an_override_publishes_it_all(repo: Any) -> None:
    await rolled_back(repo)
    await repo.commit("c3", b="2")

    done = await repo.rig.ask("publish", override_quarantine=True, reason="it was not that")

    assert repo.live() == {"a": "2", "b": "2"}
    assert [item["resource"] for item in done["lifted"]] == [f"{CONFIG_MAP}a"]
    assert await repo.rig.ask("quarantine") == []


async def test_an_override_of_one_key_says_what_else_holds_the_source(
    repo: Any, refused: Any
) -> None:
    await repo.commit("c2", a="2", b="2")
    await repo.roll_back(1)

    with pytest.raises(refused) as caught:
        await repo.rig.ask(
            "publish", override_quarantine=True, resources=[f"{CONFIG_MAP}a"], reason="only a"
        )

    assert f"quarantine of {CONFIG_MAP}b" in caught.value.problem["remedy"]
    assert repo.live() == {"a": "1", "b": "1"}


async def test_a_rollback_under_a_hold_says_at_once_what_waits(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.roll_back(1, hold=True)

    assert await repo.codes() == ["GAL0710"]
    await repo.rig.ask("resume", reason="go")
    assert repo.live() == {"a": "1", "b": "1"}
