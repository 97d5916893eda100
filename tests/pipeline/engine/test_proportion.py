"""One change costs what one resource costs, however many others there are."""

from collections.abc import Callable

import pytest

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
MakeApp = Callable[..., Resource]
MakeEngine = Callable[..., Engine]
Put = Callable[..., Change]

COUNTS = (100, 1_000, 10_000)


@pytest.fixture(scope="module")
def loaded(app: MakeApp, engine_of: MakeEngine) -> dict[int, Engine]:
    """Engines with so many apps; the first ten read app 50, everybody finds what is tagged red."""

    def load(count: int) -> Engine:
        engine = engine_of()
        apps = {}
        for at in range(count):
            body = {"include": ["test/App", "a", "app-50"]} if at < 10 else {"value": at}
            one = app(f"app-{at}", **body, **({"find": ["red"]} if at < 20 else {}))
            apps[one.key] = one
        engine.apply(apps)
        return engine

    return {count: load(count) for count in COUNTS}


def stage_calls(loaded: dict[int, Engine], change: Change) -> dict[int, dict[str, int]]:
    """The calls for a change by size; the change is taken back."""
    calls = {}
    for count, engine in loaded.items():
        undo = engine.inverse(change)
        calls[count] = dict(engine.apply(change).ran)
        engine.apply(undo)
    return calls


def test_a_change_that_nobody_reads_runs_each_stage_once(
    app: MakeApp, loaded: dict[int, Engine], put: Put
) -> None:
    calls = stage_calls(loaded, put(app("app-60", value=-1)))
    assert calls[100] == calls[1_000] == calls[10_000]
    assert set(calls[100].values()) == {1}


def test_a_change_runs_its_readers_and_nobody_else(
    app: MakeApp, loaded: dict[int, Engine], put: Put
) -> None:
    """The ten that include it run again, and stages after them only see those ten change."""
    calls = stage_calls(loaded, put(app("app-50", value=-1)))
    assert calls[100] == calls[1_000] == calls[10_000]
    assert calls[100]["include"] == 11
    assert calls[100]["judge/before"] == 1
    assert calls[100]["judge/after"] == 11


def test_a_new_index_value_runs_those_that_look_for_it(
    app: MakeApp, loaded: dict[int, Engine], put: Put
) -> None:
    calls = stage_calls(loaded, put(app("app-70", tags=["red"])))
    assert calls[100] == calls[1_000] == calls[10_000]
    assert calls[100]["judge/last"] == 21


def test_an_unchanged_output_stops_there(app: MakeApp, loaded: dict[int, Engine], put: Put) -> None:
    """The tag changes app 50 in front of `include`, the value taken over is the same."""
    calls = stage_calls(loaded, put(app("app-50", value=50, tags=["green"])))
    assert calls[10_000]["include"] == 11
    assert calls[10_000]["judge/after"] == 1


def test_equal_content_runs_nothing(app: MakeApp, loaded: dict[int, Engine]) -> None:
    evaluation = loaded[100].apply({app("app-60", value=60).key: app("app-60", value=60)})
    assert evaluation.ran == {}
    assert evaluation.changed == {}
