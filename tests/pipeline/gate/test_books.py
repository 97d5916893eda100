"""The books stay right whatever is read again, interrupted or restored."""

from typing import Any

import pytest

from pipeline.engine.candidate import InputDelta
from pipeline.engine.gate import Wishes
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.engine.quarantine import Quarantined


def entry(key: Any, digest: bytes | None, version: int = 2) -> Quarantined:
    return Quarantined("files", key, digest, 3, 1, 0.0, "bad", version)


def test_refused_content_that_is_read_again_is_still_refused(bench: Any, say: Any) -> None:
    """A full read of the source repeats what it says; repeating is not accepting."""
    bench.say(say.read("a", say.resource("a", x="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("a", bad="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("a", bad="1")))

    candidate = bench.publish()

    assert [str(refusal.unit) for refusal in candidate.refused] == ["files:a"]
    assert bench.ledger.accepted(say.key("a")).resource == say.resource("a", x="1")


def test_what_goes_back_to_accepted_content_stays_an_input(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("a", bad="1")))
    bench.publish()
    again = say.read("a", say.resource("a", x="1"))
    bench.say(again)

    bench.publish()

    assert dict(bench.ledger.inputs()) == {say.key("a"): again.resources[0]}
    assert bench.ledger.sources["files"].accepted["a"][0] is bench.ledger.accepted(say.key("a"))


def test_a_restored_input_of_a_source_that_is_gone_waits_to_be_deleted(
    bench: Any, say: Any
) -> None:
    """A rollback brings back what the settings no longer have; the source says nothing of it."""
    held = say.read("a", say.resource("a", x="1"), source="gone").resources[0]
    bench.say(say.read("b", say.resource("b", x="1")))
    bench.publish()
    delta = InputDelta("gone", "a", say.key("a"), None, held)

    bench.gate.restore([delta], {say.key("a"): held.resource}, {}, bench.now)

    assert dict(bench.ledger.inputs())[say.key("a")] == held
    assert [str(unit) for unit in bench.ledger.units()] == ["gone:a"]


def test_every_quarantined_key_of_a_unit_must_be_overridden(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1"), say.resource("b", x="1")))
    bench.publish()
    said = [say.resource("a", x="2"), say.resource("b", x="2")]
    bench.ledger.quarantine.add(entry(item.key, item.digest) for item in said)
    bench.say(say.read("a", *said))

    bench.publish(Wishes(override=frozenset({say.key("a")})))
    assert bench.live() == {"a": {"x": "1"}, "b": {"x": "1"}}

    bench.publish(Wishes(override=frozenset({say.key("a"), say.key("b")})))
    assert bench.live() == {"a": {"x": "2"}, "b": {"x": "2"}}


def test_a_move_that_ends_half_way_is_withdrawn_whole(bench: Any, say: Any) -> None:
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="1")) for n in range(300)))
    bench.publish()
    before = dict(bench.gate.trial.engine.outputs)
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="2")) for n in range(300)))
    bench.propose()
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="1")) for n in range(300)))
    bench.say(*(say.read(f"g{n}", say.resource(f"s{n}", x="1")) for n in range(300)))
    interrupted = bench.gate.propose(bench.now)
    next(interrupted)
    interrupted.close()

    for _ in bench.gate.withdraw():
        pass

    assert dict(bench.gate.trial.engine.outputs) == before


@pytest.mark.parametrize("unit", [UnitOf.LOCATOR, UnitOf.REVISION])
@pytest.mark.parametrize(("files", "each"), [(1, 300), (300, 1)])
def test_choosing_looks_at_each_pending_locator_a_few_times(
    bench: Any, say: Any, monkeypatch: pytest.MonkeyPatch, unit: UnitOf, files: int, each: int
) -> None:
    """However many resources a unit has: not once for each of them."""
    bench.source("files", unit=unit)
    for file in range(files):
        held = (say.resource(f"r{file}-{n}", x="1") for n in range(each))
        bench.say(say.read(f"f{file}", *held))
    asked = []
    says = SourceInputs.says

    def counting(self: SourceInputs, locator: str) -> Any:
        asked.append(locator)
        return says(self, locator)

    monkeypatch.setattr(SourceInputs, "says", counting)  # counts, and does what it does

    bench.publish()

    assert len(bench.live()) == 300
    assert len(asked) <= 10 * files
