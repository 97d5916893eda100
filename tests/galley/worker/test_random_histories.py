"""Random edits, breakages, rollbacks, holds and restarts against a reference model (G2, G7-G9)."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

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

BAD, BROKEN = "bad", "broken"
FILES = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(["1", "2", "3", BAD])


class Model:
    """What must be live: files of one resource each, as a person would reckon it."""

    def __init__(self) -> None:
        self.says: dict[str, str] = {"keep": "0"}
        self.live: dict[str, str] = {"keep": "0"}
        self.taken_back: dict[str, set[str | None]] = {}
        self.versions: list[dict[str, str]] = [{}, {"keep": "0"}]
        self.held = False

    def settle(self) -> None:
        """What the channel does by itself."""
        if self.held:
            return
        after = dict(self.live)
        for name in sorted(self.says.keys() | self.live.keys()):
            said = self.says.get(name)
            unreadable = said in (BAD, BROKEN)
            if unreadable or said == self.live.get(name):
                continue
            if said in self.taken_back.get(name, ()):
                continue
            self.taken_back.pop(name, None)
            if said is None:
                after.pop(name)
            else:
                after[name] = said
        self._lift()
        self.publish(after)

    def publish(self, after: dict[str, str]) -> None:
        if after != self.live:
            self.live = after
            self.versions.append(dict(after))

    def roll_back(self, number: int) -> None:
        for version in range(number + 1, len(self.versions)):
            before, now = self.versions[version - 1], self.versions[version]
            for name in before.keys() | now.keys():
                if before.get(name) != now.get(name):
                    self.taken_back.setdefault(name, set()).add(now.get(name))
        self.live = dict(self.versions[number])
        self.versions.append(dict(self.live))

    def _lift(self) -> None:
        if BROKEN in self.says.values():
            return
        for name in list(self.taken_back):
            if self.says.get(name) == self.live.get(name):
                del self.taken_back[name]


class Histories(RuleBasedStateMachine):
    """Drives a real worker over a real store next to the model."""

    rig_type: ClassVar[Any] = None
    make: ClassVar[Any] = None

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.model = Model()
        self.rig = self.rig_type(self.folder)
        self.run(self._start())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _start(self) -> None:
        self.rig.put("keep", self.make("keep", x="0"))
        await self.rig.start()
        await self.rig.until(lambda: self.rig.version == 1)

    @rule(name=FILES, value=VALUES)
    def edit(self, name: str, value: str) -> None:
        field = "bad" if value == BAD else "x"
        self.rig.put(name, self.make(name, **{field: value}))
        self._said(name, value)

    @rule(name=FILES)
    def delete(self, name: str) -> None:
        if name in self.model.says:
            self.rig.remove(name)
            self._said(name, None)

    @rule(name=FILES)
    def break_file(self, name: str) -> None:
        if name in self.model.says:
            self.rig.source.break_(name, Diagnostic("GAL0101", Level.ERROR, "Broken."))
            self._said(name, BROKEN)

    @rule(back=st.integers(1, 4))
    def roll_back(self, back: int) -> None:
        number = max(1, len(self.model.versions) - 1 - back)
        if self.model.versions[number] == self.model.live:
            return
        self.run(self.rig.ask("rollback", target=str(number), reason="no"))
        self.model.roll_back(number)
        self.model.settle()

    @precondition(lambda self: not self.model.held)
    @rule()
    def hold(self) -> None:
        self.run(self.rig.ask("hold", reason="wait"))
        self.model.held = True

    @precondition(lambda self: self.model.held)
    @rule()
    def resume(self) -> None:
        self.run(self.rig.ask("resume", reason="go"))
        self.model.held = False
        self.model.settle()

    @precondition(lambda self: BROKEN not in self.model.says.values())
    @rule()
    def restart(self) -> None:
        self.run(self.rig.restart())
        self.model.settle()

    @invariant()
    def what_is_live_is_what_the_model_says(self) -> None:
        wanted = {name: {"x": value} for name, value in self.model.live.items()}
        number = len(self.model.versions) - 1
        try:
            self.run(self.rig.until(lambda: self.rig.version == number))
            self.run(self.rig.until(lambda: self.rig.names() == wanted))
        except TimeoutError:
            raise AssertionError(
                f"live {self.rig.version}: {self.rig.names()}, not {number}: {wanted}"
            ) from None
        assert number == self.rig.version

    @invariant()
    def every_version_restores_exactly(self) -> None:
        numbers = [version[0] for version in self.rig.versions]
        assert numbers == sorted(numbers)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.run(self.rig.stop())
            self.runner.close()
            shutil.rmtree(self.folder)

    def _said(self, name: str, value: str | None) -> None:
        if value is None:
            self.model.says.pop(name)
        else:
            self.model.says[name] = value
        self.run(self.rig.settled())
        self.model.settle()


def test_any_history_ends_as_the_model_says(rig_type: Any, make: Any) -> None:
    """Nothing invalid, nothing quarantined, nothing lost, in whatever order things happen."""
    Histories.rig_type, Histories.make = rig_type, staticmethod(make)
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
