"""After any sequence of edits the engine is where one run over the same inputs would be."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine, Finding
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]

COLLECTIONS = ("test/App", "test/Fact", "test/Other")
NAMESPACES, NAMES, TAGS = ("a", "b"), ("1", "2", "3"), ("red", "blue")

keys = st.builds(
    Key, st.sampled_from(COLLECTIONS), st.sampled_from(NAMESPACES), st.sampled_from(NAMES)
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "to": st.sampled_from(NAMESPACES),
        "copies": st.lists(st.sampled_from(NAMES), max_size=2),
        "drop": st.booleans(),
        "give": st.lists(st.sampled_from((*NAMES, "4")), max_size=2),
        "gone": st.booleans(),
        "include": keys.filter(lambda key: key.collection != "test/Other").map(list),
        "find": st.lists(st.sampled_from(TAGS), max_size=2),
        "tags": st.lists(st.sampled_from(TAGS), max_size=2),
        "needs": st.lists(st.sampled_from(COLLECTIONS[:2]), max_size=1),
        "value": st.integers(0, 2),
    },
)


def resources(key: Key) -> st.SearchStrategy[Resource | None]:
    return st.none() | st.builds(lambda body: Resource.build(key, "test/v1", body=body), bodies)


edits = st.lists(
    st.dictionaries(keys, st.none(), max_size=6).flatmap(
        lambda chosen: st.fixed_dictionaries({key: resources(key) for key in chosen})
    ),
    max_size=5,
)


@settings(max_examples=120, deadline=None)
@given(edits=edits)
def test_any_edits_end_where_a_full_run_does(
    engine_of: Callable[[], Engine], state: Callable[[Engine], Any], edits: list[Change]
) -> None:
    """Outputs, findings, blames, parents and sizes are functions of the inputs alone."""
    engine = engine_of()
    for edit in edits:
        engine.apply(edit)
    full = engine_of()
    full.apply({key: engine.inputs[key] for key in reversed(list(engine.inputs))})
    assert state(engine) == state(full)


@settings(max_examples=60, deadline=None)
@given(edits=edits)
def test_what_a_stage_left_is_what_became_of_each_input(
    engine_of: Callable[[], Engine], edits: list[Change]
) -> None:
    engine = engine_of()
    for edit in edits:
        engine.apply(edit)
    for stage in engine.environment.stages:
        left = engine.after(stage.name)
        made: dict[Key, tuple[Resource, set[Key]]] = {}
        for key in engine.inputs:
            for one in engine.stage_output(stage.name, key):
                made.setdefault(one.key, (one, set()))[1].add(key)
        assert {key: (left[key], {*left.roots(key)}) for key in left} == made
        assert list(left) == sorted(made)


@settings(max_examples=60, deadline=None)
@given(edits=edits, last=edits)
def test_the_inverse_restores_exactly(
    engine_of: Callable[[], Engine],
    state: Callable[[Engine], Any],
    edits: list[Change],
    last: list[Change],
) -> None:
    """A refused candidate leaves nothing behind."""
    engine = engine_of()
    for edit in edits:
        engine.apply(edit)
    before, undo = state(engine), []
    for edit in last:
        undo.append(engine.inverse(edit))
        engine.apply(edit)
    for edit in reversed(undo):
        engine.apply(edit)
    assert state(engine) == before


@settings(max_examples=60, deadline=None)
@given(edits=edits)
def test_an_evaluation_says_exactly_what_is_different(
    engine_of: Callable[[], Engine], edits: list[Change]
) -> None:
    """Whoever follows the evaluations holds the outputs and findings without asking for them."""
    engine = engine_of()
    outputs: dict[Key, Resource] = {}
    findings: set[Finding] = set()
    for edit in edits:
        evaluation = engine.apply(edit)
        assert not findings & set(evaluation.added)
        assert findings >= set(evaluation.removed)
        findings = findings - set(evaluation.removed) | set(evaluation.added)
        for key, resource in evaluation.changed.items():
            assert outputs.get(key) != resource
            outputs |= {key: resource} if resource else {}
            if resource is None:
                del outputs[key]
        assert list(evaluation.changed) == sorted(evaluation.changed)
        assert outputs == dict(engine.outputs)
        assert findings == set(engine.findings())
