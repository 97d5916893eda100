"""What a web page on the operator's machine can try, and does not get."""

from typing import Any

import pytest

STATUS = "/api/v1/status"
ROLLBACK = "/api/v1/channels/default/rollback"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8340", "localhost.evil.example"])
async def test_a_foreign_host_is_refused(service: Any, host: str) -> None:
    """A name that somebody lets resolve to loopback is not one of ours."""
    async with service.get(STATUS, headers={"Host": host}) as answer:
        assert answer.status == 421
        assert (await answer.json())["code"] == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8340", "LOCALHOST:99"])
async def test_loopback_names_are_ours_on_any_port(service: Any, host: str) -> None:
    """A forwarded port is still ours."""
    async with service.get(STATUS, headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1", ""]
)
@pytest.mark.parametrize("path", [STATUS, "/", "/metrics", "/healthz", "/v1/stream"])
async def test_a_foreign_origin_is_refused_everywhere(service: Any, path: str, origin: str) -> None:
    """Also another port of this machine, and also before the upgrade to a WebSocket."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Origin": origin}
    async with service.get(path, headers=upgrade) as answer:
        assert answer.status == 403


async def test_a_foreign_page_cannot_roll_back(service: Any, backend: Any) -> None:
    """The worker is not even asked."""
    headers = {"Origin": "https://evil.example"}
    async with service.post(ROLLBACK, json={"reason": "x"}, headers=headers) as answer:
        assert answer.status == 403

    assert backend.asked == []


async def test_our_own_origin_may(service: Any) -> None:
    """A page that this service has served."""
    own = str(service._base_url).rstrip("/")
    async with service.get(STATUS, headers={"Origin": own}) as answer:
        assert answer.status == 200


async def test_an_allowed_origin_may(backend: Any, serve: Any, http: Any) -> None:
    backend.add()
    async with serve(backend, allowed_origins=["https://console.example"]) as address:
        headers = {"Origin": "https://console.example"}
        async with http.get(address + STATUS, headers=headers) as answer:
            assert answer.status == 200


async def test_an_allowed_host_may(backend: Any, serve: Any, http: Any) -> None:
    backend.add()
    async with serve(backend, allowed_hosts=["Galley.Example.com"]) as address:
        headers = {"Host": "galley.example.com:443"}
        async with http.get(address + STATUS, headers=headers) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("mode", "status"), [("no-cors", 403), ("navigate", 200)], ids=["image", "link"]
)
async def test_another_sites_page_may_link_here_but_not_load(
    service: Any, mode: str, status: int
) -> None:
    """Browsers send no Origin with an image, but say where the request comes from."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    async with service.get("/", headers=headers) as answer:
        assert answer.status == status


async def test_a_form_cannot_be_posted(service: Any) -> None:
    """Bodies are JSON by their Content-Type, which a form cannot send."""
    async with service.post(ROLLBACK, data={"reason": "x"}) as answer:
        assert answer.status == 400


async def test_answers_are_not_to_be_framed_sniffed_or_kept(service: Any) -> None:
    async with service.get(STATUS) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
