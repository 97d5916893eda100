"""What can be asked of an engine besides applying."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.engine import Engine, Finding
from pipeline.engine.finding import merged
from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.stage import Inquiry, UndeclaredReadError

Change = dict[Key, Resource | None]
MakeApp = Callable[..., Resource]
MakeEngine = Callable[..., Engine]
Put = Callable[..., Change]


def test_outputs_iterate_in_order_whatever_came_first(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine = engine_of()
    for name in ("3", "1", "2"):
        engine.apply(put(app(name)))
    assert [key.name for key in engine.outputs] == ["1", "2", "3"]
    assert [key.name for key in engine.inputs] == ["1", "2", "3"]


def test_stage_output_follows_an_input_through_the_stages(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, one = engine_of(), app("1", to="b", copies=["2"])
    engine.apply(put(one))
    assert engine.stage_output("judge/before", one.key) == (one,)
    after = [made.key for made in engine.stage_output("derive/first", one.key)]
    assert [str(key) for key in after] == ["test/App/b/1", "test/App/b/2"]
    assert [made.key for made in engine.stage_output("judge/last", one.key)] == after


def test_stage_output_of_an_unknown_stage_is_a_key_error(
    app: MakeApp, engine_of: MakeEngine
) -> None:
    with pytest.raises(KeyError, match="no-such-stage"):
        engine_of().stage_output("no-such-stage", app("1").key)
    with pytest.raises(KeyError, match="no-such-stage"):
        engine_of().after("no-such-stage")


def test_what_is_taken_out_has_no_output(app: MakeApp, engine_of: MakeEngine, put: Put) -> None:
    engine, one = engine_of(), app("1", drop=True)
    engine.apply(put(one))
    assert dict(engine.outputs) == {}
    assert engine.parents(one.key) == ()
    assert engine.stage_output("judge/last", one.key) == ()


def test_a_stage_may_ask_for_what_was_made_only(
    app: MakeApp,
    engine_of: MakeEngine,
    kinds_of_stage: dict[str, Any],
    put: Put,
) -> None:
    """It runs on what a transform changed, and forgets it when that is no longer so."""
    last = kinds_of_stage["Judge"]("last")
    last.only_made = True
    engine = engine_of([kinds_of_stage["Derive"]("derive"), last])
    moved, plain = app("1", to="a", find=["red"]), app("1", find=["red"])
    assert engine.apply(put(plain)).ran == {"derive": 1}
    assert [one.diagnostic.code for one in engine.apply(put(moved)).added] == ["T2"]
    assert [one.diagnostic.code for one in engine.apply(put(plain)).removed] == ["T2"]


@pytest.mark.parametrize("between", [(), ("Gather",)])
def test_what_is_made_into_what_is_there_already_counts_as_made(
    app: MakeApp,
    engine_of: MakeEngine,
    kinds_of_stage: dict[str, Any],
    put: Put,
    between: tuple[str, ...],
) -> None:
    """The output stays as it is; whether the input was like that decides who judges it."""
    last = kinds_of_stage["Judge"]("last")
    last.only_made = True
    through = [kinds_of_stage[name]("between") for name in between]
    engine = engine_of([kinds_of_stage["Derive"]("derive"), *through, last])
    rest = {"find": ["red"], "give": ["2"]}
    moved, plain = app("1", to="a", **rest), app("1", by="1", **rest)
    engine.apply(put(moved))
    assert engine.outputs[plain.key] == plain
    assert [one.diagnostic.code for one in engine.apply(put(plain)).removed] == ["T2"]
    assert [one.diagnostic.code for one in engine.apply(put(moved)).added] == ["T2"]


def test_findings_are_in_one_order_also_where_only_who_reports_them_differs(app: MakeApp) -> None:
    said = Diagnostic("T1", Level.ERROR, "The same.", app("of-all").key)
    one, two = (Finding(said, app(name).key, frozenset(), "s") for name in ("1", "2"))
    assert merged([two, one]) == merged([one, two]) == (one, two)


def test_slices_end_where_one_step_does(
    app: MakeApp,
    engine_of: MakeEngine,
    put: Put,
    state: Callable[[Engine], Any],
) -> None:
    """Findings about what has not arrived come and go; the final state is the same."""
    apps = [app(str(at), include=["test/App", "a", str((at + 7) % 20)]) for at in range(20)]
    whole, sliced = engine_of(), engine_of()
    whole.apply(put(*apps))
    seen = [sliced.apply(put(*apps[at : at + 3])).added for at in range(0, 20, 3)]
    assert any(seen)
    assert state(sliced) == state(whole)


def test_a_finding_that_two_derived_resources_share_is_one(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    """It goes with the last of them, not with the first."""
    engine, one = engine_of(), app("3", copies=["2"], include=["test/App", "a", "1"])
    (finding,) = engine.apply(put(one)).added
    assert [added.diagnostic.code for added in engine.apply(put(app("2"))).added] == ["GAL1003"]
    assert finding in engine.findings_of(one.key)
    assert finding in engine.apply({one.key: None}).removed


@pytest.mark.parametrize("last", ["Derive", "Judge"])
def test_an_inquiry_reads_the_outputs_and_nothing_undeclared(
    app: MakeApp, engine_of: MakeEngine, put: Put, kinds_of_stage: dict[str, Any], last: str
) -> None:
    """Whatever stage comes last, and also where none reads the same."""
    by_tag = kinds_of_stage["BY_TAG"]
    inquiry = Inquiry(
        "what is red", collections=frozenset({"test/App"}), indexes=frozenset({by_tag})
    )
    chosen = dict.fromkeys(("Derive", last))
    engine = engine_of([kinds_of_stage[name](name) for name in chosen], inquiries=(inquiry,))
    engine.apply(put(app("1", to="b", tags=["red"]), app("2", tags=["red"])))
    engine.apply({app("2").key: None})

    reader = engine.reader(inquiry)

    assert [one.key for one in reader.find(by_tag, "red")] == [Key("test/App", "b", "1")]
    assert reader.get(Key("test/App", "a", "1")) is None
    assert reader.holds("test/App")
    with pytest.raises(UndeclaredReadError, match="what is red"):
        reader.get(Key("test/Fact", "a", "1"))
