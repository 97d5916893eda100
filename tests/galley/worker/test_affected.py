"""How much of a difference is looked at to tell what it affects."""

from typing import Any

import pytest

from galley.worker import affected
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource


def told(count: int) -> dict[str, Any]:
    """What is affected when so many Services come."""
    body = {"spec": {"ports": [{"port": 80, "name": "http"}]}}
    keys = [Key("core/Service", "shop", f"s{at}") for at in range(count)]
    engine = Engine(Environment.build(EnvironmentSpec()))
    changed = engine.apply({key: Resource.build(key, "v1", body=body) for key in keys}).changed
    return affected.affected_json(engine, {}, changed)


def test_what_is_found_in_time_is_told_and_that_there_is_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(affected, "SECONDS", 3600.0)
    assert (told(3)["hosts"]["total"], told(3)["partial"]) == (3, False)
    monkeypatch.setattr(affected, "SECONDS", -1.0)
    assert (told(3)["hosts"]["total"], told(3)["partial"]) == (1, True)
    assert (told(1)["hosts"]["total"], told(1)["partial"]) == (1, False)
