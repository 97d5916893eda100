"""A web page that an operator happens to have open can do nothing to the service, on any route."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

FOREIGN = [
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Host": "evil.example"}, 421),
    ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
]
OTHERS = [
    ("GET", "/"),
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/v1/stream"),
    ("GET", "/nothing/here"),
    ("OPTIONS", "/api/v1/status"),
]
PARTS = {
    "channel": "mesh",
    "group": "core",
    "kind": "ConfigMap",
    "namespace": "default",
    "subscriber": "nobody",
}


async def routes(service: Any) -> list[tuple[str, str]]:
    """Every verb and path that the OpenAPI document names, and those beside it."""
    document = (await service.ask("GET", "/api/v1/openapi.json")).body
    found = []
    for path, verbs in document["paths"].items():
        parts = {**PARTS, "name": "a", "source": "files", "version": "1", "id": "x"}
        full = path if path.startswith("/api") else f"/api/v1{path}"
        found += [(verb.upper(), full.format(**parts)) for verb in verbs]
    return [*found, *OTHERS]


async def test_no_route_answers_a_foreign_page(service: Any) -> None:
    """Refused before anything is done, whatever the verb; own requests pass."""
    asked = await routes(service)
    assert len(asked) > 30
    for headers, status in FOREIGN:
        answers = await asyncio.gather(
            *(service.ask(verb, path, headers=headers) for verb, path in asked)
        )
        got = {place: answer.status for place, answer in zip(asked, answers, strict=True)}
        assert got == dict.fromkeys(asked, status), headers
        assert not any("resources" in str(answer.body) for answer in answers)
    assert await service.get("/audit") == []
    own = await service.ask("GET", "/api/v1/status", headers={"Origin": service.address})
    assert own.status == 200
    await no_handshake(service)


async def no_handshake(service: Any) -> None:
    """A browser's WebSocket cannot hide its Origin; that is enough to refuse it."""
    async with aiohttp.ClientSession() as http:
        for headers, status in FOREIGN[:4]:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(
                    f"{service.address}/v1/stream",
                    headers=headers,
                    protocols=("galley.v1.msgpack",),
                )
            assert refused.value.status == status
        assert await service.get("/subscribers") == []


async def test_the_page_says_what_keeps_something_back(
    service: Any, text_of: Callable[..., str], wait_until: Callable[..., Any]
) -> None:
    """In the words of whoever did it, which are text and nothing else."""
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)
    done = await service.post("/rollback", target="1", reason="<i>wrong</i>", hold=True)
    assert done.status == 200, done.body

    async def shown() -> bool:
        page = (await service.ask("GET", "/")).body.decode()
        assert "<i>" not in page
        return "&lt;i&gt;wrong&lt;/i&gt;" in page and "1 in quarantine" in page and "held" in page

    await wait_until(shown)
