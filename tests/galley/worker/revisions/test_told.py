"""What those are told who report what becomes of commits."""

from collections.abc import Callable
from typing import Any

import pytest

from galley.worker import process
from galley.worker.assembly import Worker, assemble
from galley.worker.revisions import RevisionState, Standing

Told = list[RevisionState]
PENDING, BLOCKED, QUARANTINED = Standing.PENDING, Standing.BLOCKED, Standing.QUARANTINED
LIVE, ROLLED_BACK = Standing.LIVE, Standing.ROLLED_BACK


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Every state that is told, of every worker."""
    states: Told = []

    class Observer:
        def revision_changed(self, state: RevisionState) -> None:
            states.append(state)

    def observed(*parts: Any) -> Worker:
        worker = assemble(*parts)
        worker.revisions.observe(Observer())
        return worker

    monkeypatch.setattr(process, "assemble", observed)
    return states


@pytest.fixture
async def heard(told: Told, repo: Any) -> Callable[[], list[tuple[str, Standing, int]]]:
    """What was told since the last time, in short."""
    del told[:]

    def news() -> list[tuple[str, Standing, int]]:
        found = [(state.revision.id, state.standing, state.version) for state in told]
        del told[:]
        return found

    return news


async def test_a_commit_is_pending_and_then_live(heard: Any, repo: Any) -> None:
    await repo.commit("c2", a="2")

    assert heard() == [("c2", PENDING, 0), ("c2", LIVE, 2)]


async def test_a_blocked_commit_says_why_and_is_live_with_the_one_that_mends_it(
    heard: Any, repo: Any, told: Told
) -> None:
    await repo.commit("c2", a="bad")
    (found,) = told[-1].diagnostics
    assert (found.locator, found.revision, told[-1].total) == ("a.yaml", "c2", 1)
    assert heard() == [("c2", PENDING, 0), ("c2", BLOCKED, 0)]

    await repo.commit("c3", a="2")

    assert heard() == [("c3", PENDING, 0), ("c2", LIVE, 2), ("c3", LIVE, 2)]


async def test_a_rollback_is_told_of_every_commit_that_it_takes_back(heard: Any, repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.commit("c3", b="2")
    heard()

    await repo.roll_back(1)

    assert heard() == [("c2", ROLLED_BACK, 4), ("c3", ROLLED_BACK, 4)]


async def test_a_commit_that_waits_for_a_quarantine_says_so(
    heard: Any, repo: Any, told: Told
) -> None:
    await repo.commit("c2", a="2")
    await repo.roll_back(1)
    heard()
    await repo.commit("c3", b="2")
    assert [item.code for item in told[-1].diagnostics] == ["GAL0710"]
    assert heard()[-1] == ("c3", QUARANTINED, 3)

    await repo.commit("c4", a="3")

    assert heard()[-3:] == [("c2", LIVE, 4), ("c3", LIVE, 4), ("c4", LIVE, 4)]


async def test_going_forward_again_is_told(heard: Any, repo: Any) -> None:
    await repo.commit("c2", a="2")
    await repo.roll_back(1)
    heard()

    await repo.roll_back(2)

    assert heard()[-1] == ("c2", LIVE, 4)


async def test_under_a_hold_a_commit_is_pending(heard: Any, repo: Any) -> None:
    await repo.rig.ask("hold", reason="wait")
    await repo.commit("c2", a="2")
    assert heard() == [("c2", PENDING, 0)]

    await repo.rig.ask("resume", reason="go")
    await repo.decided()

    assert heard() == [("c2", LIVE, 2)]


async def test_after_a_restart_the_newest_is_told_again(heard: Any, repo: Any) -> None:
    await repo.commit("c2", a="2")
    heard()
    await repo.restart("c2")
    assert heard()[-1] == ("c2", LIVE, 2)

    await repo.roll_back(1)
    heard()
    await repo.restart("c2")

    assert heard()[-1] == ("c2", ROLLED_BACK, 3)


async def test_what_is_not_news_is_not_told(heard: Any, repo: Any) -> None:
    await repo.commit("c2", a="bad")
    heard()

    await repo.rig.ask("hold", reason="wait")
    await repo.rig.ask("resume", reason="go")
    await repo.decided()

    assert heard() == []
