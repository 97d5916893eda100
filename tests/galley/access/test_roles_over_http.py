"""What a token may do, asked over HTTP."""

from typing import Any

import pytest

CHANNEL = "/api/v1/channels/mesh"
SECRET = "correct-horse-battery-staple"


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings with one token that has these roles on channel mesh."""
    monkeypatch.setenv("GALLEY_CI_TOKEN", SECRET)

    def settings(*roles: str, on: str = "mesh") -> dict[str, Any]:
        return {"tokens": [{"name": "ci", "env": "GALLEY_CI_TOKEN", "channels": {on: roles}}]}

    return settings


async def ask(http: Any, address: str, path: str, verb: str = "GET", **more: Any) -> int:
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with http.request(verb, address + path, headers=headers, **more) as answer:
        status: int = answer.status
        return status


async def test_without_a_token_nothing_is_told(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    """Not even whether a channel exists; the probes say yes or no."""
    backend.add("mesh")
    async with serve(backend, **guarded("read")) as address:
        for path in (
            "/",
            "/metrics",
            "/api/v1/status",
            CHANNEL,
            "/api/v1/channels/no",
            "/v1/stream",
        ):
            async with http.get(address + path) as answer:
                assert answer.status == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        for path in ("/healthz", "/readyz"):
            async with http.get(address + path) as answer:
                assert answer.status == 200


@pytest.mark.parametrize(
    ("verb", "path", "role"),
    [
        ("GET", "/history", "read"),
        ("GET", "/snapshot", "read"),
        ("GET", "/plan", "plan"),
        ("POST", "/plan", "plan"),
        ("POST", "/rollback", "operate"),
        ("POST", "/publish", "operate"),
        ("POST", "/holds", "operate"),
        ("DELETE", "/holds", "operate"),
        ("PUT", "/pins/1", "operate"),
        ("POST", "/resend", "operate"),
        ("GET", "/check", "operate"),
        ("POST", "/purge", "override"),
        ("POST", "/backup", "override"),
    ],
)
async def test_each_route_needs_its_role(  # three of them are the table
    backend: Any, serve: Any, http: Any, guarded: Any, verb: str, path: str, role: str
) -> None:
    """All the other roles together are not enough."""
    backend.add("mesh")
    every = ["read", "subscribe", "plan", "operate", "override"]
    others = [each for each in every if each != role]
    async with serve(backend, **guarded(*others)) as address:
        assert await ask(http, address, CHANNEL + path, verb, json={}) == 403
    async with serve(backend, **guarded(role)) as address:
        assert await ask(http, address, CHANNEL + path, verb, json={}) != 403


async def test_the_status_shows_only_what_may_be_read(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    backend.add("mesh")
    backend.add("secret")
    async with serve(backend, **guarded("read")) as address:
        headers = {"Authorization": f"Bearer {SECRET}"}
        async with http.get(address + "/api/v1/status", headers=headers) as answer:
            shown = [each["channel"] for each in (await answer.json())["channels"]]
        async with http.get(address + "/metrics", headers=headers) as answer:
            metrics = await answer.text()
        async with http.get(address + "/", headers=headers) as answer:
            page = await answer.text()

    assert shown == ["mesh"]
    assert "secret" not in metrics
    assert "secret" not in page


async def test_overriding_a_quarantine_needs_more_than_publishing(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    backend.add("mesh")
    body = {"override_quarantine": True, "reason": "x"}
    async with serve(backend, **guarded("operate")) as address:
        assert await ask(http, address, CHANNEL + "/publish", "POST", json=body) == 403


async def test_a_reload_needs_a_role_on_all_channels(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    backend.add("mesh")
    async with serve(backend, **guarded("operate")) as address:
        assert await ask(http, address, "/api/v1/reload", "POST", json={}) == 403
    async with serve(backend, **guarded("operate", on="*")) as address:
        assert await ask(http, address, "/api/v1/reload", "POST", json={}) == 200


async def test_new_tokens_count_from_the_reload_on(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    backend.add("mesh")
    async with serve(backend, **guarded("read")) as address:
        assert await ask(http, address, "/api/v1/status") == 200
        token = {"name": "other", "sha256": "00" * 32}
        backend.settings = backend.settings.model_validate({"tokens": [token]})
        assert await ask(http, address, "/api/v1/status") == 401


async def test_the_audit_names_the_token_and_not_what_a_header_claims(
    backend: Any, serve: Any, http: Any, guarded: Any
) -> None:
    backend.add("mesh")
    async with serve(backend, **guarded("operate")) as address:
        headers = {"Authorization": f"Bearer {SECRET}", "Galley-Actor": "root@somewhere"}
        url = f"{address}{CHANNEL}/holds"
        async with http.post(url, headers=headers, json={"reason": "x"}) as answer:
            await answer.read()

    _, _, params = backend.asked[-1]
    assert params["actor"] == "ci"
    assert params["origin"] == "127.0.0.1"
