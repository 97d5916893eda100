"""How much of a difference is looked at to tell what it affects."""

from typing import Any

import pytest

from galley.worker import affected
from galley.worker.queries import Queries
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource


def services(count: int) -> list[Resource]:
    body = {"spec": {"ports": [{"port": 80, "name": "http"}]}}
    keys = [Key("core/Service", "shop", f"s{at}") for at in range(count)]
    return [Resource.build(key, "v1", body=body) for key in keys]


def told(count: int) -> dict[str, Any]:
    """What is affected when so many Services come."""
    engine = Engine(Environment.build(EnvironmentSpec()))
    changed = engine.apply({each.key: each for each in services(count)}).changed
    return affected.affected_json(engine, {}, changed)


def test_what_is_found_in_time_is_told_and_that_there_is_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(affected, "SECONDS", 3600.0)
    assert (told(3)["hosts"]["total"], told(3)["partial"]) == (3, False)
    monkeypatch.setattr(affected, "SECONDS", -1.0)
    assert (told(3)["hosts"]["total"], told(3)["partial"]) == (1, True)
    assert (told(1)["hosts"]["total"], told(1)["partial"]) == (1, False)


async def test_more_is_looked_at_than_shown(rig: Any) -> None:
    rig.put("f", *services(1))
    await rig.until(lambda: rig.version == 1)
    rig.put("f", *services(3))
    await rig.until(lambda: rig.version == 2)

    answer = await rig.ask("diff", limit=1)

    assert (len(answer["resources"]), answer["truncated"]) == (1, True)
    assert (answer["affects"]["hosts"]["total"], answer["affects"]["partial"]) == (2, False)


def test_what_was_not_read_was_not_looked_at() -> None:
    one, other = services(2)
    engine = Engine(Environment.build(EnvironmentSpec()))
    unread = Resource(other.key, "", b"", other.digest)
    answer = affected.affected_json(engine, {}, {one.key: one, other.key: unread})
    assert (answer["hosts"]["total"], answer["partial"]) == (1, True)


async def test_it_is_told_while_nobody_moves_the_engine(
    rig: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []
    told = Queries.diff_report

    def report(self: Any, *args: Any, **params: Any) -> dict[str, Any]:
        locked.append(self._channel.lock.locked())
        return told(self, *args, **params)

    monkeypatch.setattr(Queries, "diff_report", report)
    for number in (1, 2):
        rig.put("f", make("a", x=str(number)))
        await rig.until(lambda number=number: rig.version == number)
    await rig.ask("diff")
    await rig.ask("diff", new="pending")
    await rig.ask("rollback", target="1", dry_run=True)
    await rig.ask("rollback", target="1", reason="it was bad")
    await rig.ask("publish", override_quarantine=True, dry_run=True)
    await rig.ask("publish", override_quarantine=True, reason="it was not")

    assert locked == [True] * 6
