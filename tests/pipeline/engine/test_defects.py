"""A stage that breaks its promises is a diagnostic, never a crash."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index, Outcome, Reader

Change = dict[Key, Resource | None]
MakeApp = Callable[..., Resource]
MakeEngine = Callable[..., Engine]
Put = Callable[..., Change]


@pytest.fixture
def broken(kinds_of_stage: dict[str, Any]) -> Callable[..., Any]:
    """A stage that does as it is told with each resource."""

    def make(run: Any, **attributes: Any) -> Any:
        stage = kinds_of_stage["Plain"]("broken")
        vars(stage).update(run=run, **attributes)
        return stage

    return make


def raising(resource: Resource, document: Document, reader: Reader) -> Outcome:
    raise LookupError("no such thing")


def undeclared(resource: Resource, document: Document, reader: Reader) -> Outcome:
    reader.get(resource.key._replace(collection="test/Secret"))
    return Outcome((resource,))


def undeclared_and_swallowed(resource: Resource, document: Document, reader: Reader) -> Outcome:
    with suppress(RuntimeError):
        reader.find(Index("unheard-of", "test/App", lambda *_: ()), "x")
    return Outcome((resource,))


def twice(resource: Resource, document: Document, reader: Reader) -> Outcome:
    return Outcome((resource, resource))


@pytest.mark.parametrize(
    ("run", "problem"),
    [
        (raising, "LookupError: no such thing"),
        (undeclared, "UndeclaredReadError: stage 'broken' read 'test/Secret/a/1'"),
        (undeclared_and_swallowed, "UndeclaredReadError: stage 'broken' read 'unheard-of'"),
        (twice, "StageOutcomeError: it returned two resources with one key"),
    ],
)
def test_a_defect_blocks_and_lets_the_resource_pass(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
    run: Any,
    problem: str,
) -> None:
    engine, one = engine_of([broken(run)]), app("1")
    evaluation = engine.apply(put(one))
    (finding,) = evaluation.added
    assert (finding.diagnostic.code, finding.diagnostic.blocking) == ("GAL1001", True)
    assert problem in finding.diagnostic.message
    assert engine.outputs[one.key] == one
    assert evaluation.defects[0].problem.startswith(problem)
    assert "Traceback" in evaluation.defects[0].detail


def test_a_stage_that_only_judges_is_held_to_it(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
) -> None:
    def drop(resource: Resource, document: Document, reader: Reader) -> Outcome:
        return Outcome(())

    engine, one = engine_of([broken(drop, only_judges=True)]), app("1")
    assert engine.apply(put(one)).added[0].diagnostic.code == "GAL1001"
    assert engine.outputs[one.key] == one


def test_a_stage_that_only_derives_is_held_to_it(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
) -> None:
    def replace(resource: Resource, document: Document, reader: Reader) -> Outcome:
        return Outcome((app("2"),))

    engine, one = engine_of([broken(replace, only_derives=True)]), app("1")
    assert engine.apply(put(one)).added[0].diagnostic.code == "GAL1001"
    assert dict(engine.outputs) == {one.key: one}


def test_what_a_failed_run_had_read_runs_it_again(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
) -> None:
    def needs_two(resource: Resource, document: Document, reader: Reader) -> Outcome:
        found = reader.get(resource.key._replace(name="2"))
        assert found is not None
        return Outcome((resource,))

    engine = engine_of([broken(needs_two)])
    assert len(engine.apply(put(app("1"))).added) == 1
    assert engine.apply(put(app("2"))).removed[0].subject == app("1").key
    assert not list(engine.findings())


def test_a_slow_call_blocks_after_a_second_measurement(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
) -> None:
    """The first by the clock on the wall, the second by processor time."""
    rounds = []

    def busy(resource: Resource, document: Document, reader: Reader) -> Outcome:
        rounds.append(sum(range(200_000)))
        return Outcome((resource,))

    engine, one = engine_of([broken(busy)], call_budget=1e-6), app("1")
    evaluation = engine.apply(put(one))
    assert evaluation.added[0].diagnostic.code == "GAL1002"
    assert len(rounds) == 2
    assert engine.outputs[one.key] == one


def test_an_index_that_raises_lists_nothing(
    app: MakeApp,
    broken: Callable[..., Any],
    engine_of: MakeEngine,
    put: Put,
) -> None:
    def explode(resource: Resource, document: Document) -> list[str]:
        raise ValueError("bad index")

    index = Index("bad", "test/App", explode)

    def look(resource: Resource, document: Document, reader: Reader) -> Outcome:
        assert reader.find(index, "x") == ()
        return Outcome((resource,))

    engine = engine_of([broken(look, indexes=frozenset({index}))])
    evaluation = engine.apply(put(app("1")))
    assert evaluation.defects[0].problem == "index 'bad': ValueError: bad index"
    assert not evaluation.added


def test_what_depends_on_observed_resources_is_at_most_a_warning(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    reader = app("1", include=["test/Fact", "a", "f"])
    configured = engine_of().apply(put(reader)).added[0].diagnostic
    observed = engine_of(observed=True).apply(put(reader)).added[0].diagnostic
    assert (configured.level, observed.level) == ("error", "warning")
