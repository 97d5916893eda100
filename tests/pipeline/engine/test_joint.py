"""Resources that several others make together."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.model import Diagnostic, Document, Key, Level, Resource
from pipeline.stage import Joined, Outcome, Reader, Stage

Change = dict[Key, Resource | None]
MakeApp = Callable[..., Resource]
MakeEngine = Callable[..., Engine]
Put = Callable[..., Change]

JOINT = Key("test/App", "a", "joint")


def test_a_joint_resource_has_all_who_share_in_it_as_parents(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine = engine_of()
    one, two = app("1", give=["joint"], value=2), app("2", give=["joint"], value=4)
    engine.apply(put(one, two))
    assert engine.outputs[JOINT].document().body["value"] == 6
    assert engine.parents(JOINT) == (one.key, two.key)
    assert JOINT in {made.key for made in engine.stage_output("gather", two.key)}


def test_it_loses_what_a_parent_no_longer_gives_and_goes_with_the_last(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine = engine_of()
    one, two = app("1", give=["joint"], value=2), app("2", give=["joint"], value=4)
    engine.apply(put(one, two))
    engine.apply(put(app("1", value=2)))
    assert engine.outputs[JOINT].document().body["value"] == 4
    assert engine.parents(JOINT) == (two.key,)
    assert engine.apply({two.key: None}).changed[JOINT] is None


def test_whose_change_breaks_it_is_blamed_and_not_only_the_first_parent(
    app: MakeApp, engine_of: MakeEngine, put: Put, kinds_of_stage: dict[str, Any]
) -> None:
    """A finding on the joint resource names the first parent, and blames the one that changed."""
    engine = engine_of([kinds_of_stage["Gather"]("gather"), Limit()])
    one, two = app("1", give=["joint"], value=2), app("2", give=["joint"], value=4)
    engine.apply(put(one, two))
    (finding,) = engine.apply(put(app("2", give=["joint"], value=40))).added
    assert finding.diagnostic.key == finding.subject == one.key
    assert finding.blames == {one.key, two.key}


def test_what_is_found_on_it_is_new_once_though_its_parents_have_news_of_their_own(
    app: MakeApp, engine_of: MakeEngine, put: Put, kinds_of_stage: dict[str, Any]
) -> None:
    """It is found below each of the parents, and counts as the first one's alone."""
    judge = kinds_of_stage["Judge"]("judge")
    engine = engine_of([kinds_of_stage["Gather"]("gather"), judge, Limit()])
    odd = {"give": ["joint"], "value": 20, "find": ["red"]}
    evaluation = engine.apply(put(app("1", **odd), app("2", **odd)))
    assert [found.diagnostic.code for found in evaluation.added] == ["T2", "T5", "T2"]
    assert evaluation.added == tuple(engine.findings())


def test_who_leaves_it_is_blamed_for_what_that_breaks(
    app: MakeApp, engine_of: MakeEngine, put: Put, kinds_of_stage: dict[str, Any]
) -> None:
    engine = engine_of([kinds_of_stage["Gather"]("gather"), Limit()])
    one, two = app("1", give=["joint"], value=20), app("2", give=["joint"], value=-15)
    engine.apply(put(one, two))
    (finding,) = engine.apply({two.key: None}).added
    assert two.key in finding.blames


def test_what_is_found_while_joining_names_the_one_it_is_about(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine = engine_of()
    engine.apply(put(app("1", give=["joint"], value=2), app("2", give=["joint"], value=1)))
    (finding,) = (found for found in engine.findings() if found.stage == "gather")
    assert finding.diagnostic.key == app("2").key


def test_what_all_its_parents_have_looked_up_is_known(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, b, c = engine_of([LooksUp()]), app("b"), app("c")
    engine.apply(put(b, c, app("1", reads=["c"]), app("2", reads=["b", "no"])))
    assert engine.looked_up(JOINT) == (b.key, c.key)


def test_a_resource_of_its_own_is_not_taken_over_by_shares(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    engine, own = engine_of(), app("joint", value=7)
    engine.apply(put(own, app("1", give=["joint"], value=2)))
    assert engine.outputs[JOINT] == own
    assert {found.diagnostic.code for found in engine.findings()} == {"GAL1003"}
    engine.apply({own.key: None})
    assert engine.outputs[JOINT].document().body["value"] == 2
    assert list(engine.findings()) == []


def test_an_unchanged_share_joins_nothing_again(
    app: MakeApp, engine_of: MakeEngine, put: Put
) -> None:
    """A thousand share in it; what one of them changes for itself costs one run, and no join."""
    engine = engine_of()
    engine.apply(put(*(app(f"app-{at}", give=["joint"], value=2) for at in range(1_000))))
    assert engine.apply(put(app("app-7", give=["joint"], value=2, note=1))).ran["gather"] == 1
    assert engine.apply(put(app("app-7", give=["joint"], value=3))).ran["gather"] == 2


class Limit:
    """Refuses apps whose value is over ten."""

    name = "limit"
    only_judges = True
    collections: frozenset[str] = frozenset()
    indexes: frozenset[Any] = frozenset()

    def handles(self, collection: str) -> bool:
        return True

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        if resource.key != JOINT or document.body["value"] <= 10:
            return Outcome((resource,))
        return Outcome((resource,), (Diagnostic("T5", Level.ERROR, "Too much.", resource.key),))


class Broken(Limit):
    """Shares, and does not keep what it promises of joining."""

    name = "broken"
    only_judges = False

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        share = Resource.build(JOINT, "test/v1", body={"of": resource.key.name})
        return Outcome((resource,), (), (share,))


class LooksUp(Broken):
    """Those that look others up by name share in an app."""

    collections = frozenset({"test/App"})

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        names = document.body.get("reads", ())
        for name in names:
            reader.get(Key("test/App", "a", name))
        return super().run(resource, document, reader) if names else Outcome((resource,))

    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        return Joined(Resource.build(key, "test/v1"))


class Raises(Broken):
    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        raise RuntimeError("no idea")


class JoinsElsewhere(Broken):
    def join(self, key: Key, shares: Mapping[Key, Resource]) -> Joined:
        return Joined(Resource.build(key._replace(name="other"), "test/v1"))


@pytest.mark.parametrize("stage", [Broken(), Raises(), JoinsElsewhere()])
def test_a_stage_that_cannot_join_is_a_blocking_diagnostic(
    app: MakeApp, engine_of: MakeEngine, put: Put, stage: Stage
) -> None:
    engine = engine_of([stage])
    evaluation = engine.apply(put(app("1")))
    assert [found.diagnostic.code for found in evaluation.added] == ["GAL1001"]
    assert JOINT not in engine.outputs
    assert len(evaluation.defects) == 1


def test_a_join_over_its_budget_is_a_blocking_diagnostic(
    app: MakeApp, engine_of: MakeEngine, put: Put, kinds_of_stage: dict[str, Any]
) -> None:
    engine = engine_of([kinds_of_stage["Gather"]("gather")], call_budget=-1.0)
    evaluation = engine.apply(put(app("1", give=["joint"], value=2)))
    assert {found.diagnostic.code for found in evaluation.added} == {"GAL1002"}
    assert JOINT in engine.outputs
