"""What ends by itself ends in a service that nobody touches."""

from datetime import UTC, date, datetime, timedelta

import pytest

from galley.worker.calendar import Calendar
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource

BUILT = date(2026, 6, 1)
UNNAMED = {"spec": {"ports": [{"name": "web", "port": 80}]}}


def at(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def secret(end: date) -> Resource:
    dates = {"notBefore": "2026-01-01T00:00:00Z", "notAfter": f"{end}T00:00:00Z"}
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
    environment = Environment.build(EnvironmentSpec(), now=at(BUILT))
    assert Calendar().is_due(environment, lambda: [secret(end)], at(today)) == due


def test_certificates_are_looked_at_once_a_day() -> None:
    environment = Environment.build(EnvironmentSpec(), now=at(BUILT))
    looked: list[int] = []

    def secrets() -> list[Resource]:
        looked.append(1)
        return []

    calendar = Calendar()
    for day in (0, 0, 1, 1, 1, 2):
        assert not calendar.is_due(environment, secrets, at(BUILT + timedelta(day)))
    assert len(looked) == 2
