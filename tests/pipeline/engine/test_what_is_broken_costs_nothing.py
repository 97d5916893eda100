"""Refusals are remembered: the gate decides as if they were not, at the cost of what is new."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.engine.budget import BudgetLimits, DeletionBudget
from pipeline.engine.candidate import Candidate, InputDelta
from pipeline.engine.finding import Evaluation
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.engine.ledger import Ledger
from pipeline.engine.memory import MOST
from pipeline.engine.trial import Trial
from pipeline.model import (
    Batch,
    Broken,
    Change,
    Diagnostic,
    Document,
    Key,
    Level,
    Located,
    Origin,
    Read,
    Removed,
    Resource,
)
from pipeline.stage import Index, Outcome, Reader

T = TypeVar("T")

APPS, FACTS, OTHERS = "test/App", "test/Fact", "test/Other"


def finish(work: Generator[None, None, T]) -> T:
    """Run sliced work to its end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result


def problems(body: Any, reader: Reader, by_tag: Index) -> Iterator[str]:
    """Why a resource is refused: by its content, by what there is, and by how much there is."""
    if body.get("bad"):
        yield "It is bad."
    for other in map(Key._make, body.get("without", ())):
        if reader.get(other) is not None:
            yield f"{other} is there."
    for other in map(Key._make, body.get("unlike", ())):
        found = reader.get(other)
        if found is not None and found.document().body.get("value"):
            yield f"{other} has a value."
    for tag in body.get("alone", ()):
        if len(reader.find(by_tag, tag)) > 1:
            yield f"{tag} is there twice."
    for tag in body.get("wants", ()):
        if not reader.find(by_tag, tag):
            yield f"{tag} is not there."


@pytest.fixture(scope="module")
def refuse(kinds_of_stage: dict[str, Any]) -> Any:
    """A stage that refuses what has problems."""
    plain: Any = kinds_of_stage["Plain"]

    class Refuse(plain):  # type: ignore[misc]  # a class that is a fixture
        only_judges = True

        def handles(self, collection: str) -> bool:
            return True

        def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
            found = problems(document.body, reader, kinds_of_stage["BY_TAG"])
            key = resource.key
            reports = (Diagnostic("T4", Level.ERROR, problem, key) for problem in found)
            return Outcome((resource,), tuple(reports))

    return Refuse


@pytest.fixture(scope="module")
def gate_of(engine_of: Callable[..., Engine], stages_of: Any, refuse: Any) -> Callable[..., Gate]:
    def make(*, budget: bool = False, **options: Any) -> Gate:
        engine = engine_of((refuse("refuse/first"), *stages_of(), refuse("refuse/last")))
        ledger = Ledger(kinds=engine.environment.kinds)
        ledger.sources = {
            "files": SourceInputs("files"),
            "more": SourceInputs("more", rank=1),
            "git": SourceInputs("git", unit=UnitOf.REVISION),
        }
        limits = BudgetLimits(percent=30, keys=1) if budget else BudgetLimits(percent=100)
        trial = Trial(engine, ledger.accepted)
        return Gate(ledger, trial, DeletionBudget(ledger.held, limits), **options)

    return make


APP_KEYS = tuple(Key(APPS, "a", name) for name in "1234")
FACT_KEYS = tuple(Key(FACTS, "a", name) for name in "12")
KEYS = (*APP_KEYS, *FACT_KEYS, Key(OTHERS, "a", "1"), Key(OTHERS, "a", "2"))
READABLE = [list(key) for key in (*APP_KEYS, *FACT_KEYS)]
FEATURES: dict[str, st.SearchStrategy[Any]] = {
    "bad": st.just(True),
    "without": st.sampled_from(READABLE).map(lambda key: [key]),
    "unlike": st.sampled_from(READABLE).map(lambda key: [key]),
    "alone": st.just(["red"]),
    "wants": st.just(["red"]),
    "include": st.sampled_from(READABLE),
    "tags": st.just(["red"]),
    "needs": st.sampled_from((APPS, FACTS)).map(lambda name: [name]),
    "copies": st.sampled_from("1234").map(lambda name: [name]),
    "give": st.sampled_from("1235").map(lambda name: [name]),
    "gone": st.just(True),
    "to": st.just("b"),
}


@st.composite
def resources(draw: Any) -> Resource:
    """A resource with none to two of the features that make it meet others."""
    chosen = draw(st.lists(st.sampled_from(sorted(FEATURES)), max_size=2, unique=True))
    body = {"value": draw(st.integers(0, 1)), **{name: draw(FEATURES[name]) for name in chosen}}
    version = draw(st.sampled_from(("test/v1", "test/v1", "test/v1", "test/v2")))
    return Resource.build(draw(st.sampled_from(KEYS)), version, body=body)


def read(source: str, locator: str, held: list[Resource], line: int) -> Change:
    unique = {one.key: one for one in held}.values()
    return Read(locator, tuple(Located(one, Origin(source, "", locator, line)) for one in unique))


@st.composite
def changes(draw: Any) -> Batch:
    """One file of a source: read, broken or removed."""
    source = draw(st.sampled_from(("files", "files", "files", "more", "git")))
    locator = draw(st.sampled_from("123456"))
    word = draw(st.sampled_from(("read", "read", "read", "read", "broken", "removed")))
    if word == "removed":
        return Batch(source, (Removed(locator),))
    if word == "broken":
        return Batch(source, (Broken(locator, (Diagnostic("T0", Level.ERROR, "Broken."),)),))
    held = draw(st.lists(resources(), min_size=1, max_size=2))
    return Batch(source, (read(source, locator, held, draw(st.integers(1, 2))),))


steps = st.lists(
    st.tuples(st.lists(changes(), min_size=1, max_size=2), st.sampled_from("ppppppwr")),
    min_size=3,
    max_size=25,
)


def seen(candidate: Candidate) -> Any:
    """All that a gate decides; of what waits, the order means nothing."""
    return {
        "units": candidate.units,
        "inputs": candidate.inputs,
        "digest": candidate.digest,
        "refused": candidate.refused,
        "parked": candidate.parked,
        "parked_id": candidate.parked_id,
        "waiting": set(candidate.waiting),
    }


def take_back(gate: Gate, candidate: Candidate) -> None:
    """Publish it and roll it back."""
    ledger = gate.ledger
    before = {delta.key: ledger.accepted(delta.key) for delta in candidate.inputs}
    outputs = {key: ledger.live.get(key) for key in candidate.outputs}
    gate.accept(candidate, 0.0)
    finish(gate.trial.move(ledger.changed(before)))
    back = (InputDelta(d.source, d.locator, d.key, d.new, d.old) for d in candidate.inputs)
    gate.restore(back, outputs, {}, 0.0)


class Pair:
    """Two gates that hear the same, of which one remembers nothing."""

    def __init__(self, gate_of: Callable[..., Gate], **options: Any) -> None:
        self.gates = (gate_of(**options), gate_of(remembers=False, **options))

    def step(self, said: list[Batch], then: str) -> None:
        for gate in self.gates:
            for batch in said:
                gate.ledger.receive(batch)
        candidates = [finish(gate.propose(0.0)) for gate in self.gates]
        assert seen(candidates[0]) == seen(candidates[1])
        for gate, candidate in zip(self.gates, candidates, strict=True):
            if then == "w" or candidate.waiting:
                finish(gate.withdraw())
            elif then == "r":
                take_back(gate, candidate)
            else:
                gate.accept(candidate, 0.0)


def test_a_refusal_is_told_where_what_would_come_back_is_now(
    gate_of: Callable[..., Gate], app: Callable[..., Resource]
) -> None:
    """Another source supplies it, and what is refused would let go of it."""
    pair, back = Pair(gate_of), app("3", copies=["2"])
    said: tuple[tuple[str, list[Resource], int], ...] = (
        ("files", [back], 1),
        ("more", [app("3")], 1),
        ("more", [app("2")], 1),
        ("files", [back], 2),
    )
    for source, held, line in said:
        pair.step([Batch(source, (read(source, "3", held, line),))], "p")


def test_a_finding_moves_to_the_source_that_has_its_key_now(
    gate_of: Callable[..., Gate],
) -> None:
    """Two say the same, and the one of the higher rank came later."""
    pair, refers = Pair(gate_of, budget=True), of(APPS, "3", "v1", without=[[APPS, "a", "2"]])
    other = says("files", "2", of(APPS, "1", "v1"))
    pair.step([other, says("files", "1", refers)], "p")
    pair.step([says("files", "3", of(APPS, "2", "v1")), says("more", "1", refers)], "p")
    pair.step([other], "p")


@pytest.mark.parametrize("most", [MOST, 60])
@pytest.mark.parametrize("options", [{}, {"budget": True}, {"isolate": False}])
@settings(max_examples=200)
@given(steps=steps)
def test_the_gate_decides_as_if_it_remembered_nothing(
    gate_of: Callable[..., Gate], steps: list[tuple[list[Batch], str]], options: Any, most: int
) -> None:
    """Also where more is broken than is remembered."""
    pair = Pair(gate_of, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.engine.memory.MOST", most)
        for said, then in steps:
            pair.step(said, then)


def of(collection: str, name: str, version: str, **body: Any) -> Resource:
    return Resource.build(Key(collection, "a", name), f"test/{version}", body=body)


def says(source: str, locator: str, *held: Resource) -> Batch:
    return Batch(source, (read(source, locator, list(held), 1),))


BAD = {"alone": ["red"], "bad": True}
VERSIONS = {
    "one that is accepted": [
        [says("files", "1", of(APPS, "1", "v1"))],
        [
            says("files", "2", of(OTHERS, "2", "v2")),
            says("more", "1", of(OTHERS, "1", "v1", **BAD)),
        ],
        [says("more", "4", of(OTHERS, "2", "v1"), of(APPS, "1", "v1", **BAD))],
        [says("more", "4", of(APPS, "1", "v1"))],
    ],
    "one that comes to light": [
        [says("files", "1", of(APPS, "1", "v1"))],
        [
            says("files", "1", of(OTHERS, "2", "v2")),
            says("files", "2", of(OTHERS, "1", "v1", **BAD)),
        ],
        [says("more", "4", of(OTHERS, "2", "v1"))],
        [says("more", "4", of(APPS, "1", "v1"))],
    ],
    "one whose place is taken": [
        [says("files", "1", of(APPS, "1", "v1"))],
        [
            says("files", "3", of(OTHERS, "2", "v2")),
            says("more", "1", of(OTHERS, "1", "v1", **BAD)),
        ],
        [says("more", "2", of(OTHERS, "2", "v1"), of(APPS, "1", "v1", bad=True))],
        [Batch("files", (Broken("2", (Diagnostic("T0", Level.ERROR, "Broken."),)),))],
        [says("files", "2", of(OTHERS, "1", "v1"))],
    ],
}


@pytest.mark.parametrize("steps", VERSIONS.values(), ids=VERSIONS.keys())
def test_another_version_of_a_kind_is_met(
    gate_of: Callable[..., Gate], steps: list[list[Batch]]
) -> None:
    pair = Pair(gate_of, budget=True)
    for said in steps:
        pair.step(said, "p")


GOOD = 10_000


@pytest.fixture(scope="module")
def crowd(gate_of: Callable[..., Gate]) -> Callable[[int], tuple[Gate, Counter[str]]]:
    """A gate over 10,000 good files besides so many broken ones, and what its stages have run."""

    def make(broken: int) -> tuple[Gate, Counter[str]]:
        gate, calls = gate_of(), Counter[str]()
        apply = gate.trial.engine.apply

        def counted(changes: Mapping[Key, Resource | None]) -> Evaluation:
            evaluation = apply(changes)
            calls.update(evaluation.ran)
            return evaluation

        gate.trial.engine.apply = counted  # type: ignore[method-assign]  # to look at its answers
        good = [file(f"good-{at}", value=at % 2) for at in range(GOOD)]
        wrong = [file(f"bad-{at}", include=[APPS, "a", f"none-{at}"]) for at in range(broken)]
        gate.ledger.receive(Batch("files", (*good, *wrong)))
        candidate = finish(gate.propose(0.0))
        assert (len(candidate.units), len(candidate.refused)) == (GOOD, broken)
        gate.accept(candidate, 0.0)
        calls.clear()
        return gate, calls

    return make


def file(name: str, **body: Any) -> Change:
    held = Resource.build(Key(APPS, "a", name), "test/v1", body=body)
    return read("files", name, [held], 1)


def published(gate: Gate, change: Change) -> Candidate:
    gate.ledger.receive(Batch("files", (change,)))
    candidate = finish(gate.propose(0.0))
    gate.accept(candidate, 0.0)
    return candidate


def test_a_change_costs_the_same_however_much_is_broken(
    crowd: Callable[[int], tuple[Gate, Counter[str]]],
) -> None:
    few, many = crowd(1), crowd(1_000)
    for gate, _ in (few, many):
        published(gate, file("good-7", value=3))

    assert few[1] == many[1]
    assert set(many[1].values()) == {1}


def test_what_was_missing_is_retried_when_it_arrives_and_nothing_else(
    crowd: Callable[[int], tuple[Gate, Counter[str]]],
) -> None:
    gate, calls = crowd(1_000)

    candidate = published(gate, file("none-5", value=1))

    assert {unit.locator for unit in candidate.units} == {"none-5", "bad-5"}
    assert len(candidate.refused) == 999
    assert max(calls.values()) < 10


def test_a_refusal_is_judged_anew_once_its_key_is_accepted_from_elsewhere(
    gate_of: Callable[..., Gate],
) -> None:
    """What both derive is refused of either; of what is accepted already, no more of one."""
    copies = Resource.build(Key(APPS, "a", "3"), "test/v1", body={"copies": ["2"], "value": 0})
    bad = Resource.build(Key(APPS, "a", "2"), "test/v1", body={"bad": True, "value": 0})
    pair = Pair(gate_of)
    pair.step(
        [
            Batch("files", (read("files", "1", [bad], 1),)),
            Batch("more", (read("more", "1", [copies], 1),)),
        ],
        "p",
    )
    pair.step([Batch("files", (read("files", "3", [copies], 1),))], "p")
    pair.step([Batch("files", (Broken("2", (Diagnostic("T0", Level.ERROR, "Broken."),)),))], "p")
