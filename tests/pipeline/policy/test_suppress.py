"""Findings that are known and accepted, by annotation and by settings."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.analysis import Analyzer
from pipeline.analysis.builtin import ANALYZERS
from pipeline.model import Diagnostic, Document, Key, Kinds, Level, Resource
from pipeline.policy import Agenda, PolicyError, suppress
from pipeline.stage import Outcome, Stage

NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
KEY = Key("networking.istio.io/VirtualService", "shop", "reviews")


def finding(code: str = "GAL0601", message: str = "The host leads nowhere.") -> Diagnostic:
    return Diagnostic(code, Level.ERROR, message, key=KEY)


def document(suppressed: str = "") -> Document:
    annotations = {"galley.dev/suppress": suppressed} if suppressed else {}
    return Document(labels={"app": "reviews"}, annotations=annotations, body={})


@pytest.mark.parametrize(
    ("annotation", "code", "suppressed"),
    [
        ("GAL0601 comes next week", "GAL0601", True),
        ("GAL0602 a; GAL0601 b", "GAL0601", True),
        ("GAL0601 a;", "GAL0602", False),
        ("GAL0601", "GAL0601", False),
        ("GAL0101 because", "GAL0101", False),
        ("GAL0701 because", "GAL0701", False),
        ("", "GAL0601", False),
    ],
)
def test_an_annotation_suppresses_the_codes_that_it_gives_a_reason_for(
    annotation: str, code: str, suppressed: bool
) -> None:
    active = suppress.build([], Agenda(NOW))
    assert (active.apply(finding(code), document(annotation)) is None) is suppressed


@pytest.mark.parametrize(
    ("match", "suppressed"),
    [
        ({}, True),
        ({"kinds": ["vs"], "namespaces": ["sh*"], "labels": "app=reviews"}, True),
        ({"names": ["other"]}, False),
    ],
)
def test_settings_suppress_where_they_match(
    kinds: Kinds, match: dict[str, Any], suppressed: bool
) -> None:
    given = {"code": "GAL0601", "match": match, "reason": "known"}
    active = suppress.build([given], Agenda(NOW), kinds)
    assert (active.reason(finding(), document()) == "known") is suppressed


def test_one_policys_findings_are_suppressed_by_its_name() -> None:
    active = suppress.build([{"code": "GAL0501/owner", "reason": "old"}], Agenda(NOW))
    mine, other = (finding("GAL0501", f"Policy {name}: No.") for name in ("owner", "owner-2"))
    assert active.apply(mine, document()) is None
    assert active.apply(other, document()) is other


@pytest.mark.parametrize(
    ("expires", "holds"),
    [("2026-06-02", True), ("2026-06-01", False), ("2026-06-01T02:00:00+01:00", True)],
)
def test_an_expired_suppression_no_longer_holds(expires: str, holds: bool) -> None:
    given = {"code": "GAL0601", "reason": "known", "expires": expires}
    active = suppress.build([given], Agenda(NOW))
    assert (active.apply(finding(), document()) is None) is holds


def test_the_first_end_and_the_week_before_it_say_when_to_look_again() -> None:
    ends = ("2026-07-01", "2026-06-15", "2026-05-01")
    given = [{"code": "GAL0601", "reason": "a", "expires": end} for end in ends]
    for now, due in (((6, 1), (6, 8)), ((6, 8), (6, 15)), ((6, 15), (6, 24)), ((7, 1), None)):
        agenda = Agenda(datetime(2026, *now, tzinfo=UTC).timestamp())
        suppress.build(given, agenda)
        assert agenda.due == (datetime(2026, *due, tzinfo=UTC).timestamp() if due else None)


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda each: each.metadata.name)
def test_whatever_analysis_finds_can_be_suppressed(analyzer: Analyzer) -> None:
    for code in analyzer.metadata.codes:
        active = suppress.build([{"code": code, "reason": "known"}], Agenda(NOW))
        assert active.apply(finding(code), document()) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"code": "GAL0101"}, "cannot be suppressed"),
        ({"code": "GAL0701"}, "cannot be suppressed"),
        ({"code": "all"}, "is no code"),
        ({"code": "GAL0601/name"}, "only codes of the family GAL05"),
        ({"reason": ""}, "at reason"),
        ({"expires": "soon"}, "at expires"),
        ({"until": "2026-01-01"}, "at until: the field is not known"),
    ],
)
def test_bad_settings_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        suppress.build([{"code": "GAL0601", "reason": "r", **given}], Agenda(NOW))
    assert caught.value.diagnostics[0].code == "GAL0520"
    assert says in str(caught.value)


def test_an_annotation_entry_without_effect_is_a_warning(
    build: Callable[..., tuple[Stage, ...]], run: Callable[[Stage, Resource], Outcome]
) -> None:
    text = "GAL0601; GAL0301 fine; GAL0101 why; nonsense"
    resource = Resource.build(KEY, "v1", annotations={"galley.dev/suppress": text})
    (stage,) = build([])
    found = run(stage, resource).diagnostics
    assert [each.code for each in found] == ["GAL0521"] * 3
    assert all(each.level is Level.WARNING for each in found)
    assert found[0].path == ("metadata", "annotations", "galley.dev/suppress")
    assert "'GAL0601', which suppresses nothing: it gives no reason" in found[0].message
