"""A revision that is wrong as a whole is kept back as a whole."""

from typing import Any

from pipeline.engine.inputs import UnitOf
from pipeline.model import Batch, Change, Diagnostic, Level

WRONG = Diagnostic("GAL0901", Level.ERROR, "It cannot be read whole.")


def take(bench: Any, revision: str, *changes: Change, errors: tuple[Diagnostic, ...] = ()) -> None:
    bench.ledger.receive(Batch("git", changes, revision, errors=errors))


def test_nothing_of_it_is_published_until_a_revision_comes_without(bench: Any, say: Any) -> None:
    bench.source("git", unit=UnitOf.REVISION)
    take(bench, "one", say.read("a", say.resource("a", x="1"), source="git"))
    bench.publish()
    take(bench, "two", say.read("a", say.resource("a", x="2"), source="git"), errors=(WRONG,))

    candidate = bench.publish()

    assert bench.live() == {"a": {"x": "1"}}
    (refusal,) = candidate.refused
    assert (refusal.unit.source, refusal.diagnostics[0].source) == ("git", "git")
    assert bench.ledger.sources["git"].accepted_revision == "one"
    take(bench, "three")
    bench.publish()
    assert bench.live() == {"a": {"x": "2"}}
    assert bench.ledger.sources["git"].accepted_revision == "three"


def test_it_is_reported_though_it_changes_nothing(bench: Any, say: Any) -> None:
    bench.source("git", unit=UnitOf.REVISION)
    take(bench, "one", say.read("a", say.resource("a", x="1"), source="git"))
    bench.publish()
    take(bench, "two", errors=(WRONG,))

    candidate = bench.publish()

    assert [str(refusal.unit) for refusal in candidate.refused] == ["git"]
    assert bench.ledger.sources["git"].accepted_revision == "one"


def test_each_file_waits_where_files_are_the_units(bench: Any, say: Any) -> None:
    bench.source("git")
    changes = [say.read(name, say.resource(name, x="1"), source="git") for name in "ab"]
    take(bench, "one", *changes, errors=(WRONG,))

    candidate = bench.publish()

    assert [str(refusal.unit) for refusal in candidate.refused] == ["git:a", "git:b"]
    assert bench.live() == {}
