"""Which commit led to what: versions, checkpoints, traces, differences, diagnostics, refusals."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Origin, Revision
from sources.memory import MemorySource

CONFIG_MAP = "core/ConfigMap/default/"
COMMITS = {"id": "c2", "author": "Ann <ann@c2>", "time": 5.0, "subject": "Change c2"}


@pytest.fixture(autouse=True)
def linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The source has a forge."""

    def link(_: MemorySource, origin: Origin) -> str:
        return f"https://forge/{origin.revision}/{origin.locator}#{origin.line}"

    monkeypatch.setattr(MemorySource, "link", link)


async def checkpoints(repo: Any, *names: str) -> list[int]:
    return [(await repo.rig.ask("checkpoint", revision=name))["version"] for name in names]


async def history(repo: Any) -> Any:
    return await repo.rig.ask("history")


async def test_a_version_names_the_revisions_that_led_to_it(repo: Any) -> None:
    await repo.commit("c2", a="bad")
    await repo.commit("c3", a="2")

    newest = (await history(repo))["versions"][0]

    (cause,) = newest["cause"]["sources"]
    assert [each["id"] for each in cause["revisions"]] == ["c3", "c2"]
    assert cause["revisions_total"] == 2
    assert COMMITS.items() <= cause["revisions"][1].items()
    assert newest["revisions"] == {"memory": "c3"}


async def test_of_many_revisions_a_version_keeps_the_newest_facts_and_all_names(repo: Any) -> None:
    every = [Revision(f"n{number}") for number in range(50)]
    repo.rig.source.revise(*reversed(every))
    await repo.commit("last", a="2")

    (cause,) = (await history(repo))["versions"][0]["cause"]["sources"]

    assert [each["id"] for each in cause["revisions"][:2]] == ["last", "n49"]
    assert (len(cause["revisions"]), cause["revisions_total"]) == (20, 51)
    assert await checkpoints(repo, "n0", "n49", "last") == [2, 2, 2]


async def test_a_commit_that_changes_nothing_is_tied_to_what_is_live(repo: Any) -> None:
    await repo.commit("c2")

    assert (repo.rig.version, await checkpoints(repo, "c1", "c2")) == (1, [1, 1])


async def test_a_commit_is_tied_to_nothing_as_long_as_a_part_of_it_is_refused(repo: Any) -> None:
    await repo.commit("c2", a="bad", b="2")

    assert await checkpoints(repo, "c2") == [1]  # what is live, not what embodies it
    answer = await repo.rig.ask("checkpoint", revision="c2")
    assert (answer["done"], answer["outcome"]) == (False, "blocked")
    assert answer["diagnostics"][0]["file"] == "a.yaml"


async def test_waiting_for_a_revision_that_was_rolled_back_ends_until_it_is_live_again(
    repo: Any,
) -> None:
    await repo.commit("c2", a="2")
    await repo.roll_back(1)
    assert (await repo.rig.ask("checkpoint", revision="c2"))["outcome"] == "rolled-back"
    assert (await repo.rig.ask("checkpoint", revision="c1"))["outcome"] == "live"

    await repo.roll_back(2)

    found = await repo.rig.ask("checkpoint", revision="c2")
    assert (found["outcome"], found["version"]) == ("live", 4)
    assert (await repo.rig.ask("checkpoint", revision="nobody"))["outcome"] == "timed-out"


async def test_a_resource_is_traced_to_the_commit_that_brought_it(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", b="2")

    found = await repo.rig.ask("trace", resource=f"{CONFIG_MAP}a")

    assert (found["file"], found["revision"], found["since"]) == ("a.yaml", "c2", 2)
    assert found["link"] == "https://forge/c2/a.yaml#0"
    assert COMMITS.items() <= found["brought_by"].items()


async def test_what_is_refused_is_traced_to_the_commit_that_wants_it(repo: Any) -> None:
    await repo.commit("c2", a="bad")

    found = await repo.rig.ask("trace", resource=f"{CONFIG_MAP}a")

    assert (found["state"], found["revision"], found["since"]) == ("blocked", "c2", 1)
    assert COMMITS.items() <= found["brought_by"].items()


async def test_after_a_rollback_a_resource_is_traced_to_the_commit_of_old(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", a="3")
    await repo.roll_back(2)
    await repo.restart("c3", a="3")

    listed = await repo.rig.ask("diff", old=1, new=2)
    assert [each["id"] for each in listed["revisions"]] == ["c2"]
    traced = await repo.rig.ask("origins", resources=[f"{CONFIG_MAP}a"])
    (found,) = traced.values()
    assert (found["revision"], found["since"]) == ("c2", 4)
    assert COMMITS.items() <= found["brought_by"].items()


async def test_a_difference_names_what_led_from_one_version_to_the_other(repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", b="2")
    await repo.commit("c4", b="bad")

    found = await repo.rig.ask("diff", old=1, new=3)
    back = await repo.rig.ask("diff", old=3, new=1)
    pending = await repo.rig.ask("diff", new="pending")

    assert [(each["source"], each["id"]) for each in found["revisions"]] == [
        ("memory", "c3"),
        ("memory", "c2"),
    ]
    assert (found["revisions_total"], back["revisions"]) == (2, [])
    assert [each["id"] for each in pending["revisions"]] == ["c4"]
    change = found["resources"][0]
    assert (change["revision"], change["link"]) == ("c2", "https://forge/c2/a.yaml#0")


async def test_findings_name_file_line_and_commit_with_a_link(repo: Any) -> None:
    await repo.commit("c2", a="bad", b="broken")

    found = {item["file"]: item for item in await repo.rig.ask("diagnostics")}

    assert found["b.yaml"]["revision"] == "c2"  # it could not be read
    assert found["b.yaml"]["link"] == "https://forge/c2/b.yaml#0"
    await repo.commit("c3", b="1")
    (policy,) = await repo.rig.ask("diagnostics")
    assert (policy["file"], policy["revision"]) == ("a.yaml", "c2")


async def test_each_commit_that_is_refused_has_an_entry_of_its_own(repo: Any) -> None:
    await repo.commit("c2", a="bad")
    await repo.commit("c3", a="bad", b="bad")

    candidates = (await history(repo))["candidates"]

    causes = [each["cause"]["sources"][0]["revision"] for each in candidates]
    assert causes == ["c3", "c2"]
    assert candidates[1]["diagnostics"][0]["link"] == "https://forge/c2/a.yaml#0"


async def test_what_is_wrong_with_a_revision_as_a_whole_blocks_it_until_the_next(
    repo: Any,
) -> None:
    await repo.commit("c2", wrong=True, b="2")

    (found,) = await repo.rig.ask("diagnostics")
    assert (found["code"], found["source"], found["revision"]) == ("GAL0001", "memory", "c2")
    assert (await history(repo))["candidates"][0]["diagnostics"] == [found]
    assert repo.live() == {"a": "1", "b": "1"}

    await repo.commit("c3")

    assert repo.live() == {"a": "1", "b": "2"}
    assert await checkpoints(repo, "c2", "c3") == [2, 2]


async def test_a_wrong_revision_that_changes_nothing_is_not_embodied(repo: Any) -> None:
    await repo.commit("c2", wrong=True)

    assert await repo.codes() == ["GAL0001"]
    (source,) = await repo.rig.ask("sources")
    assert (source["accepted_revision"], source["blocked"]) == ("c1", 1)
    assert [each["id"] for each in source["arrived"]] == ["c2"]


async def test_a_source_is_told_from_where_on_revisions_are_new(
    repo: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also after a restart, and after a rollback the one that was gone back to."""
    contexts: list[Any] = []

    def build(settings: Any, context: Any) -> MemorySource:
        contexts.append(context)
        return MemorySource(settings.name)

    monkeypatch.setattr("galley.worker.tending.build_source", build)
    await repo.commit("c2", a="2")
    await repo.rig.stop()
    settled = repo.rig.source
    repo.rig.source = MemorySource("somebody else")
    await repo.rig.start()
    await repo.rig.until(lambda: contexts and repo.rig.version)

    assert contexts[0].accepted() == "c2"
    await repo.rig.ask("rollback", target="1", reason="no")
    assert contexts[0].accepted() == "c1"
    assert contexts[0].folder == tmp_path / "fetched"
    assert settled.name == "memory"


async def test_a_source_that_cannot_say_where_something_is_breaks_nothing(
    repo: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def link(_: MemorySource, origin: Origin) -> str:
        raise RuntimeError(origin)

    monkeypatch.setattr(MemorySource, "link", link)
    await repo.commit("c2", a="bad")
    await repo.commit("c3", a="2")

    assert repo.live() == {"a": "2", "b": "1"}
    assert "cannot say" in caplog.text
