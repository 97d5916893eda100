"""Requests that make no sense, on purpose or not."""

import io
from typing import Any

import pytest

from galley.server.api.routing import BODY_BYTES

CHANNEL = "/api/v1/channels/default"


async def refused(service: Any, path: str, verb: str = "POST", **more: Any) -> dict[str, Any]:
    async with service.request(verb, CHANNEL + path, **more) as answer:
        assert answer.status == 400
        found: dict[str, Any] = await answer.json()
    assert found["code"] == "usage"
    return found


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"reson": "x"}, "There is no parameter 'reson'; did you mean 'reason'?"),
        ({}, "The parameter 'reason' is missing."),
        ({"reason": ""}, "at least 1 character"),
        ({"reason": "x" * 1001}, "at most 1000 characters"),
        ({"reason": "x", "expect_version": -1}, "greater than or equal to 0"),
        ({"reason": "x", "timeout": 1e9}, "less than or equal to 600"),
        ({"reason": "x", "strict": "perhaps"}, "valid boolean"),
    ],
)
async def test_a_body_is_judged_with_every_complaint(
    service: Any, backend: Any, body: dict[str, Any], complaint: str
) -> None:
    found = await refused(service, "/rollback", json=body)

    assert complaint in found["detail"]
    assert backend.asked == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"a":' * 5000])
async def test_a_body_that_is_no_object_is_refused(service: Any, body: bytes) -> None:
    await refused(service, "/rollback", data=body, headers={"Content-Type": "application/json"})


async def test_a_huge_body_is_refused_before_it_is_read(service: Any) -> None:
    headers = {"Content-Type": "application/json"}
    found = await refused(
        service, "/rollback", data=io.BytesIO(b" " * (BODY_BYTES + 1)), headers=headers
    )

    assert "larger than 1,048,576 bytes" in found["detail"]


async def test_a_huge_body_without_length_is_cut_off(service: Any) -> None:
    async def endless() -> Any:
        for _ in range(64):
            yield b" " * 65536

    headers = {"Content-Type": "application/json"}
    found = await refused(service, "/rollback", data=endless(), headers=headers)

    assert "larger than" in found["detail"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", ".hidden", "a/b", "a\\b", "", "x" * 200, "a\n"],
)
async def test_a_backup_cannot_be_written_elsewhere(service: Any, backend: Any, name: str) -> None:
    await refused(service, "/backup", json={"name": name})

    assert backend.asked == []


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 30, "%31%20", "٣"])
async def test_a_version_is_a_number(service: Any, number: str) -> None:
    await refused(service, f"/versions/{number}", "GET")


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/history?limt=3", "did you mean 'limit'?"),
        ("/history?limit=0", "greater than or equal to 1"),
        ("/history?limit=3&limit=4", "more than once"),
        ("/wait?version=3&fro=live", "did you mean 'for'?"),
        ("/wait", "either a version or a revision"),
        ("/wait?version=3&for=ever", "'live' or 'acked'"),
        ("/diff?new=soon", "'pending'"),
    ],
)
async def test_a_query_is_judged_too(service: Any, path: str, complaint: str) -> None:
    found = await refused(service, path, "GET")

    assert complaint in found["detail"]


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/channels/nothing", 404),
        ("GET", "/api/v1/channels/..%2f..%2fetc/history", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("PUT", "/api/v1/status", 405),
        ("PATCH", "/api/v1/status", 405),
    ],
)
async def test_what_is_not_there_is_a_problem_document(
    service: Any, verb: str, path: str, status: int
) -> None:
    async with service.request(verb, path) as answer:
        assert answer.status == status
        assert answer.content_type == "application/problem+json"


async def test_an_actor_header_cannot_forge_lines(service: Any, backend: Any) -> None:
    """What is not printable is not taken, and what is long is cut."""
    for claimed in ("alice\u202egnp.exe", "x" * 5000):
        async with service.post(
            CHANNEL + "/holds", json={"reason": "x"}, headers={"Galley-Actor": claimed}
        ) as answer:
            await answer.read()

    actors = [params["actor"] for _, _, params in backend.asked]
    assert actors == ["anonymous", "x" * 100]
