"""Who can have caused a finding: what the gate holds back when it blocks."""

from collections.abc import Callable

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
MakeApp = Callable[..., Resource]
MakeEngine = Callable[..., Engine]
Put = Callable[..., Change]


def test_a_missing_key_is_blamed_with_the_one_who_misses_it(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    reader, missing = app("1", include=["test/App", "a", "2"]), app("2")
    (finding,) = engine_of().apply(put(reader)).added
    assert finding.diagnostic.code == "T1"
    assert finding.blames == {reader.key, missing.key}


def test_a_deletion_is_blamed_for_what_it_breaks(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, reader, target = engine_of(), app("1", include=["test/App", "a", "2"]), app("2")
    engine.apply(put(reader, target))
    (finding,) = engine.apply({target.key: None}).added
    assert finding.subject == reader.key
    assert finding.blames == {reader.key, target.key}


def test_a_deletion_found_by_index_is_blamed_though_nothing_is_left_to_find(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    """The state knows only what is there; the evaluation also knows what went."""
    engine, reader, target = engine_of(), app("1", find=["red"]), app("2", tags=["red"])
    engine.apply(put(reader, target))
    added = engine.apply({target.key: None}).added
    assert added
    assert all(finding.blames == {reader.key, target.key} for finding in added)
    assert all(finding.blames == {reader.key} for finding in engine.findings())


def test_the_last_of_a_collection_is_blamed_for_leaving_it_empty(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, reader = engine_of(), app("1", needs=["test/Fact"])
    fact = app("f", collection="test/Fact")
    engine.apply(put(reader, fact))
    (finding, *_) = engine.apply({fact.key: None}).added
    assert finding.diagnostic.code == "T3"
    assert fact.key in finding.blames


def test_the_parent_of_a_derived_resource_is_blamed(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    """`b/2` is missing because its parent `a/2`, which was moved there, is gone."""
    engine = engine_of()
    reader, parent = app("1", include=["test/App", "b", "2"]), app("2", to="b")
    engine.apply(put(reader, parent))
    assert not list(engine.findings())
    (finding,) = engine.apply({parent.key: None}).added
    assert parent.key in finding.blames


def test_a_finding_on_a_derived_resource_names_the_input(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, parent = engine_of(), app("2", to="b", include=["test/App", "a", "9"])
    (finding,) = engine.apply(put(parent)).added
    assert finding.diagnostic.key == finding.subject == parent.key
    assert engine.findings_of(parent.key) == (finding,)


def test_both_parents_are_blamed_for_one_derived_key(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    """The smaller key supplies it, whichever came first; the other is told."""
    engine, first, second = engine_of(), app("1", to="b", value=1), app("1", namespace="b")
    engine.apply(put(second))
    (finding,) = engine.apply(put(first)).added
    assert finding.diagnostic.code == "GAL1003"
    assert finding.diagnostic.key == second.key
    assert finding.blames == {first.key, second.key}
    assert engine.parents(second.key) == (first.key,)
    assert engine.apply({first.key: None}).removed == (finding,)
    assert engine.outputs[second.key] == second
