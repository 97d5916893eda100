"""A whole version over plain HTTP."""

import asyncio
from typing import Any

import msgpack
import pytest

from galley.protocol.control import Method
from galley.protocol.results import ResourcesResult

PATH = "/api/v1/channels/default/snapshot"


def resource(name: str) -> dict[str, Any]:
    return {
        "collection": "core/ConfigMap",
        "namespace": "prod",
        "name": name,
        "api_version": "v1",
        "digest": "aa",
        "version": 3,
        "manifest": {"apiVersion": "v1", "kind": "ConfigMap"},
    }


@pytest.fixture
def paged(backend: Any, version: Any) -> Any:
    """Version 3 with three resources, which the worker tells in two pages."""
    counts = {"added": 3, "changed": 0, "deleted": 0, "resources": 3}

    def page(params: Any) -> Any:
        names = ["a", "b"] if not params["next"] else ["c"]
        following = "" if params["next"] else "more"
        return {"resources": [resource(name) for name in names], "next": following}

    backend.answers[Method.HISTORY] = {"versions": [version(3, counts=counts)]}
    backend.answers[Method.RESOURCES] = page
    return backend


async def test_all_pages_are_one_json_document(service: Any, paged: Any) -> None:
    """It reads as the documented model, and every page is asked of the same version."""
    async with service.get(PATH) as answer:
        found = ResourcesResult.model_validate(await answer.json())

    assert [each.name for each in found.resources] == ["a", "b", "c"]
    assert found.version == 3
    asked = [params for _, method, params in paged.asked if method is Method.RESOURCES]
    assert [(params["version"], params["manifests"]) for params in asked] == [(3, True)] * 2


@pytest.mark.parametrize("by", ["format", "accept"])
async def test_msgpack_is_the_same_map(service: Any, paged: Any, by: str) -> None:
    headers = {"Accept": "application/msgpack"} if by == "accept" else {}
    query = {"format": "msgpack"} if by == "format" else {}
    async with service.get(PATH, headers=headers, params=query) as answer:
        assert answer.content_type == "application/msgpack"
        packed = msgpack.unpackb(await answer.read())
    async with service.get(PATH) as answer:
        assert packed == await answer.json()


async def test_an_empty_version_is_a_document_too(service: Any, backend: Any, version: Any) -> None:
    counts = {"added": 0, "changed": 0, "deleted": 0, "resources": 0}
    backend.answers[Method.HISTORY] = {"versions": [version(1, counts=counts)]}
    backend.answers[Method.RESOURCES] = {"resources": [], "next": ""}
    async with service.get(PATH) as answer:
        assert (await answer.json())["resources"] == []


async def test_who_has_it_gets_304(service: Any, paged: Any) -> None:
    """By ETag as HTTP has it, or by `have`."""
    async with service.get(PATH) as answer:
        etag = answer.headers["ETag"]
    async with service.get(PATH, headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with service.get(PATH, params={"have": etag.strip('"')}) as answer:
        assert answer.status == 304


async def test_nothing_published_yet_is_a_404(service: Any, backend: Any) -> None:
    backend.answers[Method.HISTORY] = {"versions": []}
    async with service.get(PATH) as answer:
        assert answer.status == 404


async def test_a_long_poll_returns_with_the_next_version(
    service: Any, backend: Any, publish: Any, version: Any
) -> None:
    line = backend.lines["default"]
    publish(line, 1)
    await line.live_at_least(1, 5)
    backend.answers[Method.HISTORY] = {"versions": [version(2)]}
    backend.answers[Method.RESOURCES] = {"resources": [], "next": ""}
    query = {"wait": "30", "have": line.head.digest.hex()}
    waiting = asyncio.create_task(_fetch(service, query))
    while not line._moved._waiters:  # noqa: ASYNC110  # until the request waits
        await asyncio.sleep(0.01)
    publish(line, 2)

    async with asyncio.timeout(5):
        status, number = await waiting
    assert (status, number) == (200, "2")


async def test_a_long_poll_ends_with_304_when_nothing_happens(
    service: Any, backend: Any, publish: Any, version: Any
) -> None:
    line = backend.lines["default"]
    publish(line, 1)
    await line.live_at_least(1, 5)
    digest = line.head.digest.hex()
    backend.answers[Method.HISTORY] = {"versions": [version(1, digest=digest)]}

    status, _ = await _fetch(service, {"wait": "0.05", "have": digest})
    assert status == 304


async def _fetch(service: Any, query: dict[str, str]) -> tuple[int, str]:
    async with service.get(PATH, params=query) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Galley-Version", "")
