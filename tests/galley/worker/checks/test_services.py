"""Services that check: what they get, and what goes wrong on the way."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from galley.settings import CheckSettings
from tests.galley.worker.checks.test_commands import messages, outcome, question


async def test_it_is_posted_the_candidate(tmp_path: Path, service: Any) -> None:
    found = await outcome(tmp_path, url=service.url)

    assert (found.problem, found.blocking) == ("", False)
    (request,) = service.requests
    assert request.headers["content-type"] == "application/json"
    assert service.asked[0]["changes"][0]["resource"] == "core/ConfigMap/default/a000000"


async def test_it_says_no(tmp_path: Path, service: Any) -> None:
    async def no(asked: dict[str, Any]) -> web.StreamResponse:
        key = asked["changes"][0]["resource"]
        return web.json_response({"diagnostics": [{"message": "no", "resource": key}]})

    service.answer = no

    found = await outcome(tmp_path, url=service.url)

    assert messages(found) == ["Check guard: no."]
    assert found.blocking


async def test_204_is_yes(tmp_path: Path, service: Any) -> None:
    async def nothing(_asked: dict[str, Any]) -> web.StreamResponse:
        return web.Response(status=204)

    service.answer = nothing

    assert (await outcome(tmp_path, url=service.url)).problem == ""


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (500, "oops", "it answers with status 500"),
        (302, "", "it answers with status 302"),
        (200, "<html>", "line 1 of its answer is not JSON"),
        (200, "x" * 2_000_000, "it answers more than 1,048,576 bytes"),
    ],
)
async def test_anything_else_is_its_failure(
    tmp_path: Path, service: Any, status: int, body: str, problem: str
) -> None:
    async def answer(_asked: dict[str, Any]) -> web.StreamResponse:
        headers = {"location": service.url} if status == 302 else {}
        return web.Response(status=status, text=body, headers=headers)

    service.answer = answer

    found = await outcome(tmp_path, url=service.url)

    assert found.problem == problem
    assert len(service.requests) == 1


async def test_a_late_answer_is_none(tmp_path: Path, service: Any) -> None:
    async def late(_asked: dict[str, Any]) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    service.answer = late

    found = await outcome(tmp_path, url=service.url, timeout=0.3)

    assert found.problem == "it has not answered within 0.3 s"


async def test_who_cannot_be_reached_is_named(tmp_path: Path, unused_tcp_port: int) -> None:
    found = await outcome(tmp_path, url=f"http://127.0.0.1:{unused_tcp_port}/")

    assert found.problem.startswith("the request has failed: 127.0.0.1:")
    assert found.problem.endswith("cannot be reached (Connect call failed)") or (
        "cannot be reached" in found.problem
    )


async def test_secrets_are_read_when_it_is_asked(tmp_path: Path, service: Any) -> None:
    token = tmp_path / "token"
    token.write_text("Bearer one\n")
    headers = {"Authorization": {"file": str(token)}, "X-Team": "mesh"}

    await outcome(tmp_path, url=service.url, headers=headers)
    token.write_text("Bearer two\n")
    await outcome(tmp_path, url=service.url, headers=headers)

    sent = [request.headers["authorization"] for request in service.requests]
    assert sent == ["Bearer one", "Bearer two"]
    assert service.requests[0].headers["x-team"] == "mesh"


async def test_no_failure_shows_a_secret(
    tmp_path: Path, service: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TOKEN", "Bearer s3cret\nx: y")

    found = await outcome(tmp_path, url=service.url, headers={"authorization": {"env": "TOKEN"}})

    assert found.problem
    assert "s3cret" not in found.problem + caplog.text


async def test_a_large_question_arrives_whole(tmp_path: Path, service: Any) -> None:
    found = await outcome(tmp_path, question(20_000), url=service.url, give="all", timeout=20)

    assert found.problem == ""
    assert len(service.asked[0]["resources"]) == 20_000


async def test_it_refuses_a_unit_of_a_channel(new_rig: Any, make: Any, service: Any) -> None:
    async def no_bad(asked: dict[str, Any]) -> web.StreamResponse:
        bad = [each["resource"] for each in asked["changes"] if "x-bad" in str(each["after"])]
        return web.json_response([{"message": "no", "resource": key} for key in bad])

    service.answer = no_bad
    rig = await new_rig(checks=(service.settings(),), publish={"quiet": 0.1})
    rig.put("a", make("a", x="x-bad"))
    rig.put("b", make("b", x="1"))

    await rig.until(lambda: rig.names() == {"b": {"x": "1"}})


@pytest.mark.parametrize(
    "settings",
    [
        {"name": "x"},
        {"name": "x", "command": ["a"], "url": "http://localhost/"},
        {"name": "x", "url": "ftp://localhost/"},
        {"name": "x", "url": "http://localhost/", "environment": {"A": "1"}},
        {"name": "x", "url": "http://localhost/", "headers": {"Authorization": "Bearer abc"}},
        {"name": "x", "command": ["a"], "timeout": 0},
        {"name": "x", "command": ["a"], "environment": {"A": {"env": "A", "file": "/b"}}},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckSettings.model_validate(settings)
