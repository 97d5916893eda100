"""What an API server is told, in the form that it understands."""

from galley.admission.answer import answer, no_answer, refusing
from galley.protocol.control import FindingNote


def note(
    text: str = "It is wrong.", level: str = "error", *, new: bool = True, code: str = "GAL0501"
) -> FindingNote:
    return FindingNote(level, code, text, "", "spec.a", new)


def test_only_what_is_new_and_blocks_refuses() -> None:
    new, old, warning = note(), note(new=False), note(level="warning")

    assert refusing([new, old, warning], ()) == [new]
    assert refusing([old, warning], {"GAL0501"}) == [warning]


def test_a_refusal_says_what_and_where() -> None:
    response = answer("1", [note()], [])["response"]

    assert not response["allowed"]
    assert response["uid"] == "1"
    assert response["status"]["message"] == "It is wrong (spec.a, GAL0501)"


def test_whatever_else_there_is_warns() -> None:
    others = [note(level="warning"), note("Known.", new=False), note(level="info")]

    response = answer("1", [], others)["response"]

    assert response["allowed"]
    assert response["warnings"] == ["It is wrong (spec.a, GAL0501)", "Known (spec.a, GAL0501)"]


def test_an_api_server_takes_so_much_and_no_more() -> None:
    """It cuts a warning at 256 characters, and drops what is over 4,096 in all."""
    many = [note("x" * 1000, "warning") for _ in range(30)]

    warnings = answer("1", [], many)["response"]["warnings"]

    assert max(map(len, warnings)) <= 256
    assert sum(map(len, warnings)) <= 4096
    assert warnings[-1] == "and 20 more"
    assert answer("1", many, [])["response"]["status"]["message"].endswith("and 20 more")


def test_a_warning_is_one_line() -> None:
    """An API server drops one that has several, or control characters."""
    said = note('Mind\nthe "gap"\t\x07,\x1b ünï.', "warning")

    (warning,) = answer("1", [], [said])["response"]["warnings"]

    assert warning == 'Mind the "gap" , ünï (spec.a, GAL0501)'


def test_where_there_is_no_answer_the_failure_policy_decides() -> None:
    assert no_answer("It is starting.")["code"] == 503
