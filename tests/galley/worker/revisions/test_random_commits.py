"""Random commits, reverts, rollbacks, overrides, holds and restarts against a reference model."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.model import Diagnostic, Level
from sources.memory import MemorySource

BAD, BROKEN = "bad", "broken"
UNREADABLE = Diagnostic("GAL0101", Level.ERROR, "It is broken.")
KEYS = st.sampled_from(["a", "b", "c", "s"])
FILES = st.sampled_from(["a.yaml", "b.yaml", "c.yaml", "s.yaml"])
VALUES = st.sampled_from(["1", "2", "3", "1", "2", "3", BAD])
Tree: TypeAlias = dict[str, dict[str, str] | None]
Edit: TypeAlias = tuple[str, str, str, str]

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "set", "set", "delete", "move", "copy", "break", "mend"]),
        KEYS,
        FILES,
        VALUES,
    ),
    min_size=1,
    max_size=3,
)


def edited(tree: Tree, edits: Iterable[Edit]) -> Tree:
    """The tree after some edits; those that make no sense change nothing."""
    new: Tree = {file: None if held is None else dict(held) for file, held in tree.items()}
    for what, key, file, value in edits:
        homes = [name for name, held in new.items() if held and key in held]
        home = homes[0] if homes else f"{key}.yaml"
        held = new.get(home) or {}
        if what == "break" and file in new:
            new[file] = None
        elif what == "mend" and new.get(file, {}) is None:
            new[file] = {file[0]: value}
        elif what == "set" and new.get(home, {}) is not None:
            new[home] = {**held, key: value}
        elif what in ("delete", "move") and homes:
            new[home] = {name: each for name, each in held.items() if name != key}
        if what in ("move", "copy") and homes and (there := new.get(file, {})) is not None:
            new[file] = {**there, key: held[key]}
    return {file: held for file, held in new.items() if held is None or held}


class Commits(RuleBasedStateMachine):
    """Drives a real worker over a real store next to the model."""

    rig_type: ClassVar[Any] = None
    make: ClassVar[Any] = None
    model_type: ClassVar[Any] = None
    repository_type: ClassVar[Any] = None
    refused: ClassVar[type[Exception]] = Exception

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.model = self.model_type()
        self.repository = self.repository_type(self.make, self.folder / "repository")
        self.trees: list[Tree] = []
        self.rig = self.rig_type(self.folder)
        self.run(self._start())
        self.model.settle()

    async def _start(self) -> None:
        self._given()
        await self.rig.start()
        await self.rig.until(lambda: self.rig.version >= 1)

    def _given(self) -> None:
        """What the worker is given, saying what it says now."""
        repo = {**self.repository.settings, "name": "repo", "unit": "revision", "required": False}
        self.rig.options["sources"] = (repo, {"type": "memory", "name": "files", "rank": 1})
        self.files = MemorySource("files")
        for name, value in self.model.files_say.items():
            self._put(name, value)
        self.rig.source, self.rig.others = self.files, self.repository.sources()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(edits=EDITS, wrong=st.sampled_from([False] * 7 + [True]))
    def commit(self, edits: list[Edit], wrong: bool) -> None:
        tree = edited(self.trees[-1] if self.trees else {"keep.yaml": {"keep": "0"}}, edits)
        self._commit(tree, wrong=wrong)

    @precondition(lambda self: self.trees)
    @rule(back=st.integers(0, 5))
    def revert(self, back: int) -> None:
        """To the tree of an earlier commit, or of the newest one again."""
        self._commit(self.trees[-1 - min(back, len(self.trees) - 1)], wrong=False)

    def _commit(self, tree: Tree, *, wrong: bool) -> None:
        self.trees.append(tree)
        name = self.repository.commit(tree, wrong=wrong)
        self.model.commit(name, tree, wrong=wrong)
        self.run(self._taken())
        self.model.settle()

    @rule(name=st.sampled_from(["f", "g", "s"]), value=st.sampled_from(["1", "2", BAD, BROKEN]))
    def edit_file(self, name: str, value: str) -> None:
        if value == BROKEN and name not in self.model.files_say:
            return
        self.model.files_say[name] = value
        self._put(name, value)
        self.run(self._taken())
        self.model.settle()

    @rule(name=st.sampled_from(["f", "g"]))
    def delete_file(self, name: str) -> None:
        if self.model.files_say.pop(name, None) is not None:
            self.files.remove(name)
            self.run(self._taken())
            self.model.settle()

    def _put(self, name: str, value: str) -> None:
        if value == BROKEN:
            self.files.break_(name, UNREADABLE)
        else:
            field = "bad" if value == BAD else "x"
            self.files.put(self.make(name, **{field: "1" if value == BAD else value}), locator=name)

    @rule(back=st.integers(1, 5))
    def roll_back(self, back: int) -> None:
        self._roll_back(back, "")

    @rule(back=st.integers(1, 5), key=KEYS)
    def roll_back_a_part(self, back: int, key: str) -> None:
        self._roll_back(back, key)

    def _roll_back(self, back: int, key: str) -> None:
        number = max(1, self.model.number - back)
        resource = f"core/ConfigMap/default/{key}" if key else ""
        changes = self.model.roll_back(number, key)
        asked = {"target": str(number), "reason": "no", "resource": resource}
        assert self._done("rollback", **asked) == changes
        self.model.settle()

    @rule(keys=st.none() | st.frozensets(KEYS, min_size=1, max_size=2))
    def override(self, keys: frozenset[str] | None) -> None:
        number = self.model.number
        self.model.settle(ordered=True, override=keys)
        named = [f"core/ConfigMap/default/{key}" for key in sorted(keys or ())]
        done = self._done("publish", override_quarantine=True, resources=named, reason="right")
        assert done == (self.model.number > number)

    @precondition(lambda self: not self.model.held)
    @rule()
    def hold(self) -> None:
        assert self._done("hold", reason="wait")
        self.model.held = True

    @precondition(lambda self: self.model.held)
    @rule()
    def resume(self) -> None:
        assert self._done("resume", reason="go")
        self.model.held = False
        self.model.settle()

    @rule()
    def restart(self) -> None:
        self.run(self._restart())
        self.model.restart()
        self.model.settle()

    async def _restart(self) -> None:
        await self.rig.stop()
        self._given()
        await self.rig.start()
        await self._taken()

    async def _taken(self) -> None:
        """Everything that was said was taken in and decided upon."""
        await self.files.flushed()

        async def there() -> bool:
            sources = {each["name"]: each for each in await self.rig.ask("sources")}
            read = all(each["state"] == "synced" for each in sources.values())
            return read and sources["repo"]["revision"] == self.model.revision

        await self.rig.eventually(there)
        for source in self.rig.others:
            await source.flushed()
        await self.rig.ask("diagnostics")  # waits for its turn behind the decision

    def _done(self, method: str, **params: Any) -> bool:
        """Ask for something; whether it was not refused."""
        try:
            self.run(self.rig.ask(method, **params))
        except self.refused:
            return False
        finally:
            self.run(self.rig.ask("diagnostics"))
        return True

    @invariant()
    def what_is_live_is_what_the_model_says(self) -> None:
        wanted = {name: {"x": value} for name, value in self.model.live().items()}
        self.run(self.rig.ask("channel"))
        self._decided()
        live = self.rig.version, self.rig.names()
        assert live == (self.model.number, wanted)

    def _decided(self) -> None:
        """What was taken in was decided upon: here `_taken` has seen to that."""

    @invariant()
    def what_waits_is_what_the_model_says(self) -> None:
        rollbacks = {item["rollback"] for item in self._ask("quarantine") if self._of_repo(item)}
        assert len(rollbacks) == len(self.model.taken)

    @invariant()
    def every_commit_is_tied_to_the_version_that_embodies_it(self) -> None:
        source = next(each for each in self._ask("sources") if each["name"] == "repo")
        accepted = source["accepted_revision"], self.model.accepted_revision
        assert accepted[0] == accepted[1], accepted
        for name in self.model.log[-10:]:
            found = self._ask("checkpoint", revision=name)
            known = found["outcome"] in {"live", "rolled-back"}
            tied = (found["version"] if known else 0, found["done"])
            assert tied == self.model.tied(name), (name, tied)

    def _ask(self, method: str, **params: Any) -> Any:
        return self.run(self.rig.ask(method, **params))

    @staticmethod
    def _of_repo(item: dict[str, Any]) -> bool:
        return bool(item["source"] == "repo")

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.run(self.rig.stop())
            self.runner.close()
            shutil.rmtree(self.folder)


@pytest.fixture
def by_hand_history(
    rig_type: Any, make: Any, model_type: Any, by_hand: Any, refused: Any
) -> type[Commits]:
    """The machine over a source fed by hand."""
    Commits.rig_type, Commits.make = rig_type, staticmethod(make)
    Commits.model_type, Commits.repository_type = model_type, by_hand
    Commits.refused = refused
    return Commits


def test_any_history_of_commits_ends_as_the_model_says(by_hand_history: type[Commits]) -> None:
    """G7, G8, G9: nothing invalid, nothing quarantined, nothing lost, whatever is committed."""
    run_state_machine_as_test(
        by_hand_history,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_a_rollback_that_leaves_a_source_as_it_is_says_nothing_of_its_commits(
    by_hand_history: type[Commits],
) -> None:
    """What was accepted without a version is elsewhere in the store than in memory."""
    history = by_hand_history()
    history.start()
    try:
        history.commit(edits=[("set", "a", "a.yaml", "1")], wrong=False)
        history.edit_file(name="s", value="1")
        history.commit(
            edits=[("set", "s", "s.yaml", "1"), ("set", "a", "a.yaml", "2")], wrong=False
        )
        history.commit(edits=[("delete", "s", "s.yaml", "1")], wrong=False)
        history.roll_back_a_part(back=2, key="s")
        history.every_commit_is_tied_to_the_version_that_embodies_it()
    finally:
        history.teardown()
