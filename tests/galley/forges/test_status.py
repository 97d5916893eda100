"""What people read beside a commit."""

import pytest

from galley.forges.status import Colour, Finding, Status, Tally

FINDING = Finding("mesh/a.yaml", 12, "GAL0601", "The host reviews is not\nknown.")


@pytest.mark.parametrize(
    ("tally", "text", "complete"),
    [
        (Tally(0, 0, 0), "no subscribers", True),
        (Tally(3, 1, 0), "had by 1 of 3", False),
        (Tally(3, 2, 1), "had by 2 of 3, refused by 1", True),
    ],
)
def test_a_tally_reads_well_and_knows_when_all_have_answered(
    tally: Tally, text: str, complete: bool
) -> None:
    assert (str(tally), tally.complete) == (text, complete)


def test_the_first_finding_is_shown_and_the_others_are_counted() -> None:
    status = Status("c1", "blocked", Colour.FAILURE, "Blocked", findings=(FINDING,) * 3, more=2)

    assert status.description(200) == (
        "Blocked: mesh/a.yaml:12 GAL0601 The host reviews is not known. (+4 more)"
    )


@pytest.mark.parametrize("most", [20, 40, 140])
def test_what_is_cut_is_the_message_and_not_the_count(most: int) -> None:
    long = Finding("a.yaml", 1, "GAL0101", "word " * 100)
    text = Status("c1", "blocked", Colour.FAILURE, "Blocked", findings=(long,), more=7).description(
        most
    )

    assert len(text) <= most
    assert text.endswith("… (+7 more)")


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("a.yaml", 0, "GAL0901", "No."), "a.yaml GAL0901 No."),
        (Finding("", 0, "GAL0901", "No."), "GAL0901 No."),
    ],
)
def test_a_place_is_as_exact_as_it_is_known(finding: Finding, text: str) -> None:
    assert str(finding) == text


def test_a_tally_is_part_of_the_headline() -> None:
    status = Status("c1", "live", Colour.SUCCESS, "Live as version 7", tally=Tally(2, 2, 0))

    assert status.description(140) == "Live as version 7, had by 2 of 2"
