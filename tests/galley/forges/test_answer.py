"""What a forge's answer means."""

import pytest
from multidict import CIMultiDict

from galley.forges.answer import LONGEST, Answer, Verdict
from sources.forge_settings import ForgeKind

SAME = '{"message":"Cannot transition status via :enqueue from :pending"}'


def answer(status: int, body: str = "", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CIMultiDict(named), body)


@pytest.mark.parametrize(
    ("kind", "found", "verdict"),
    [
        ("github", answer(201), Verdict.TOLD),
        ("generic", answer(204), Verdict.TOLD),
        ("gitlab", answer(400, SAME), Verdict.TOLD),
        ("gitea", answer(400, SAME), Verdict.NEVER),
        ("gitlab", answer(400, "name is too long"), Verdict.NEVER),
        ("github", answer(401), Verdict.NEVER),
        ("github", answer(403), Verdict.NEVER),
        ("github", answer(403, retry_after="60"), Verdict.AGAIN),
        ("github", answer(403, x_ratelimit_remaining="0"), Verdict.AGAIN),
        ("github", answer(404), Verdict.NEVER),
        ("github", answer(422), Verdict.NEVER),
        ("github", answer(301, location="https://evil.example"), Verdict.NEVER),
        ("github", answer(408), Verdict.AGAIN),
        ("github", answer(429), Verdict.AGAIN),
        ("github", answer(500), Verdict.AGAIN),
        ("github", answer(503), Verdict.AGAIN),
    ],
)
def test_told_again_or_never(kind: ForgeKind, found: Answer, verdict: Verdict) -> None:
    assert found.verdict(kind) is verdict


@pytest.mark.parametrize(
    ("found", "seconds"),
    [
        (answer(429), 0),
        (answer(429, retry_after="7"), 7),
        (answer(429, retry_after="Thu, 01 Jan 1970 00:17:10 GMT"), 30),
        (answer(503, retry_after="Thu, 01 Jan 1970 00:00:00 GMT"), 0),
        (answer(429, retry_after="soon"), 0),
        (answer(429, retry_after="99999999"), LONGEST),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="1042"), 42),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="x"), 0),
        (answer(403, x_ratelimit_remaining="5", x_ratelimit_reset="1042"), 0),
    ],
)
def test_how_long_the_forge_asks_to_wait(found: Answer, seconds: float) -> None:
    assert found.pause(now=1000) == seconds


def test_an_answer_is_quoted_on_one_line_without_markup() -> None:
    body = "<html><h1>Bad\x1b[31m\nGateway</h1>" + "x" * 1000

    assert str(answer(502, body)).startswith("the forge answered 502: Bad[31m Gateway")
    assert len(str(answer(502, body))) < 250
    assert str(answer(502)) == "the forge answered 502"
