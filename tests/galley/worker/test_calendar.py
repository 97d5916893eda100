"""What ends by itself ends in a service that nobody touches."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from time import time
from typing import Any

import pytest

from galley.store.errors import StoreError
from galley.worker import calendar, environments, keeper
from galley.worker.calendar import Calendar, is_due
from galley.worker.environments import Environments
from pipeline.model import Key, Resource

BUILT = date(2026, 6, 1)
NOT_VALID, ENDS_SOON = "GAL1904", "GAL1905"


def secret(end: date, begin: date = date(2026, 1, 1)) -> Resource:
    dates = {"notBefore": f"{begin}T00:00:00Z", "notAfter": f"{end}T00:00:00Z"}
    body = {"certificates": {"server": {"file": "tls.crt", **dates}}}
    return Resource.build(Key("core/Secret", "shop", "tls"), "v1", body=body)


@pytest.mark.parametrize(
    ("end", "today", "due"),
    [
        (BUILT + timedelta(30), BUILT + timedelta(1), False),
        (BUILT + timedelta(30), BUILT + timedelta(16), True),
        (BUILT + timedelta(5), BUILT + timedelta(3), False),
        (BUILT + timedelta(5), BUILT + timedelta(6), True),
        (BUILT - timedelta(5), BUILT + timedelta(60), False),
        (BUILT + timedelta(14), BUILT, False),
    ],
)
def test_it_is_due_on_the_day_that_changes_what_is_said(end: date, today: date, due: bool) -> None:
    assert is_due([secret(end)], BUILT, today) == due
    assert not is_due([secret(end)], None, today)


class Clock:
    """The worker's, which a test moves on; counts what came of it."""

    def __init__(self) -> None:
        self.days = 0
        self.looks = 0
        self.renewals = 0

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), UTC).date()

    def now(self) -> float:
        return time() + timedelta(self.days).total_seconds()

    async def pass_days(self, days: int) -> None:
        """Until the calendar was looked at twice, so once from begin to end."""
        self.days, seen = self.days + days, self.looks
        async with asyncio.timeout(20):
            while self.looks < seen + 2:  # noqa: ASYNC110  # only the keeper knows
                await asyncio.sleep(0.01)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made, look, renew = Clock(), Calendar.look, Environments.renew

    async def looked(self: Calendar) -> bool:
        try:
            return await look(self)
        finally:
            made.looks += 1

    async def renewed(self: Environments) -> bool:
        made.renewals += 1
        return await renew(self)

    monkeypatch.setattr(Calendar, "look", looked)
    monkeypatch.setattr(Environments, "renew", renewed)
    monkeypatch.setattr(keeper, "ENVIRONMENT_EVERY", 0.01)
    for module in (calendar, environments):
        monkeypatch.setattr(module, "now", made.now)
    return made


async def codes(rig: Any) -> list[str]:
    return [each["code"] for each in await rig.ask("diagnostics")]


async def test_the_environment_is_built_again_on_the_days_that_change_something(
    new_rig: Callable[..., Any], clock: Clock
) -> None:
    rig = await new_rig()
    rig.put("tls", secret(clock.today + timedelta(30)))
    await rig.until(lambda: rig.version == 1)

    found = []
    for days in (1, 14, 1, 1, 14):
        await clock.pass_days(days)
        found.append((await codes(rig), clock.renewals))

    assert found == [
        ([], 0),
        ([], 0),
        ([ENDS_SOON], 1),
        ([ENDS_SOON], 1),
        ([NOT_VALID], 2),
    ]


async def test_what_comes_later_is_judged_by_its_own_day(
    new_rig: Callable[..., Any], make: Any, clock: Clock
) -> None:
    """A certificate that was renewed begins after the service has."""
    rig = await new_rig()
    rig.put("f", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    await clock.pass_days(20)

    rig.put("tls", secret(clock.today + timedelta(90), begin=clock.today))
    await rig.until(lambda: rig.version == 2)

    assert (await codes(rig), clock.renewals) == ([], 0)


async def test_what_the_store_refuses_on_such_a_day_is_tried_again(
    new_rig: Callable[..., Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_self: Environments) -> bool:
        raise StoreError("it is full")

    rig = await new_rig()
    rig.put("tls", secret(clock.today + timedelta(30)))
    await rig.until(lambda: rig.version == 1)

    with monkeypatch.context() as patched:
        patched.setattr(Environments, "renew", refuse)
        await clock.pass_days(16)
        assert await codes(rig) == []
    await clock.pass_days(0)

    assert await codes(rig) == [ENDS_SOON]
