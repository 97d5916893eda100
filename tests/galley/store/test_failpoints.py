"""Failpoints act where they are told to, and nowhere else."""

import time

import pytest

from galley.store.errors import StoreFullError
from galley.store.failpoints import VARIABLE, Failpoints, from_environment


def test_a_step_that_is_not_listed_passes() -> None:
    Failpoints("a.b=fail")("a.c")


def test_fail_raises_at_the_nth_passage_only() -> None:
    points = Failpoints("a.b=fail@2")
    points("a.b")
    with pytest.raises(StoreFullError, match=r"a\.b"):
        points("a.b")
    points("a.b")


def test_sleep_holds_up() -> None:
    before = time.monotonic()
    Failpoints("a.b=sleep:30, c.d=fail")("a.b")
    assert time.monotonic() - before >= 0.03


def test_a_channel_has_its_own() -> None:
    """One channel's slow disk is not another's."""
    points = Failpoints("flood:a.b=fail", "mesh")
    points("a.b")
    with pytest.raises(StoreFullError):
        Failpoints("flood:a.b=fail", "flood")("a.b")


def test_the_environment_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert from_environment("mesh") is None
    monkeypatch.setenv(VARIABLE, "a.b=fail")
    found = from_environment("mesh")
    assert found is not None
    with pytest.raises(StoreFullError):
        found("a.b")


def test_an_unknown_action_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not an action"):
        Failpoints("a.b=explode")("a.b")
