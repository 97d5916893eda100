"""What forges, and those who only say that they are one, get for an answer."""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from galley.forges import doorkeeper
from galley.forges.doorkeeper import BURST
from galley.protocol.control import Method
from galley.server.api.webhooks import BODY_BYTES

SECRET = "correct horse battery staple"
WRONG = "correct horse battery stable"
PUSH = {"ref": "refs/heads/main", "repository": {"full_name": "Team/Mesh"}}
GITLAB_PUSH = {"object_kind": "push", "ref": "refs/heads/main"}


def mac(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(body: bytes, secret: str = SECRET, event: str = "push") -> dict[str, str]:
    return {"X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={mac(secret, body)}"}


def gitea(body: bytes, secret: str = SECRET, event: str = "push") -> dict[str, str]:
    return {"X-Gitea-Event": event, "X-Gitea-Signature": mac(secret, body)}


def forgejo(body: bytes, secret: str = SECRET, event: str = "push") -> dict[str, str]:
    return {"X-Forgejo-Event": event, "X-Forgejo-Signature": mac(secret, body)}


def gitlab(body: bytes, secret: str = SECRET, event: str = "Push Hook") -> dict[str, str]:
    return {"X-Gitlab-Event": event, "X-Gitlab-Token": secret}


def generic(
    body: bytes, secret: str = SECRET, *, message: str = "m1", age: float = 0
) -> dict[str, str]:
    stamp = str(int(time.time() - age))
    content = f"{message}.{stamp}.".encode() + body
    signature = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,AAAA v1,{base64.b64encode(signature).decode()}",
    }


KINDS: dict[str, Any] = {"github": github, "gitea": gitea, "gitlab": gitlab, "generic": generic}
SIGNED = [*KINDS.items(), ("gitea", forgejo)]


def source(kind: str, **webhook: Any) -> dict[str, Any]:
    settings = {"kind": kind, "secret": {"env": "HOOK_SECRET"}, "repository": "team/mesh"}
    return {"type": "memory", "name": kind, "webhook": {**settings, **webhook}}


class Forge:
    """Sends requests to the webhooks of one channel."""

    def __init__(self, client: aiohttp.ClientSession, backend: Any) -> None:
        self.client = client
        self.backend = backend

    async def send(self, name: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        path = f"/api/v1/channels/default/sources/{name}/webhook"
        async with self.client.post(path, data=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def hints(self, number: int) -> list[str]:
        """The sources that were told to look, once there are so many."""
        async with asyncio.timeout(10):
            while len(self.hinted()) < number:  # noqa: ASYNC110  # the service tells nobody
                await asyncio.sleep(0.005)
        return self.hinted()

    def hinted(self) -> list[str]:
        asked = self.backend.asked
        return [params["source"] for _, method, params in asked if method is Method.HINT]

    async def counts(self) -> dict[str, float]:
        async with self.client.get("/metrics") as answer:
            lines = (await answer.text()).splitlines()
        counted = [line for line in lines if line.startswith("galley_webhook_requests_total{")]
        return {line.split("{")[1].split("}")[0]: float(line.split()[-1]) for line in counted}


@pytest.fixture
async def forge(
    backend: Any, serve: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Forge]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    backend.add()
    backend.answers[Method.HINT] = None
    lost = source("github", secret={"file": str(tmp_path / "nothing")})
    sources = [*map(source, KINDS), {**lost, "name": "lost"}, {"type": "memory", "name": "plain"}]
    schemas = [{**source("github"), "name": "schemas"}]
    token = {"name": "people", "env": "HOOK_SECRET"}
    async with (
        serve(
            backend, channels=[{"sources": sources, "schemas": schemas}], tokens=[token]
        ) as address,
        aiohttp.ClientSession(address, headers={"Authorization": f"Bearer {SECRET}"}) as client,
    ):
        yield Forge(client, backend)


@pytest.mark.parametrize(("kind", "sign"), SIGNED)
async def test_a_push_makes_the_source_look(forge: Forge, kind: str, sign: Any) -> None:
    pushed = {
        "gitlab": {**GITLAB_PUSH, "project": {"path_with_namespace": "team/mesh"}},
        "generic": {"ref": "refs/heads/main", "repository": "team/mesh"},
    }
    body = json.dumps(pushed.get(kind, PUSH)).encode()
    forge.client.headers.clear()  # the signature is the credential

    assert await forge.send(kind, body, sign(body)) == (202, {"outcome": "accepted", "reason": ""})
    assert await forge.hints(1) == [kind]


async def test_a_source_of_schemas_is_made_to_look_as_well(forge: Forge) -> None:
    body = json.dumps(PUSH).encode()

    assert (await forge.send("schemas", body, github(body)))[0] == 202
    assert await forge.hints(1) == ["schemas"]


@pytest.mark.parametrize(("kind", "sign"), SIGNED)
async def test_a_wrong_signature_is_refused_without_a_reason(
    forge: Forge, kind: str, sign: Any
) -> None:
    body = json.dumps(PUSH).encode()
    right = sign(body)
    other_body = {} if kind == "gitlab" else right  # its token says nothing of the body
    for headers in (sign(body, WRONG), {}, dict.fromkeys(right, "é"), other_body):
        sent = body + b" " if headers is other_body else body
        status, told = await forge.send(kind, sent, headers)
        assert (status, told["detail"]) == (401, "The request is not signed as it should be.")
        assert SECRET not in json.dumps(told)
    assert forge.hinted() == []


@pytest.mark.parametrize("prefix", ["", "sha1=", "SHA256="])
async def test_a_signature_of_another_form_is_none(forge: Forge, prefix: str) -> None:
    headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": prefix + mac(SECRET, b"{}")}

    assert (await forge.send("github", b"{}", headers))[0] == 401


@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_that_was_here_before_is_ignored(forge: Forge, kind: str) -> None:
    body = json.dumps(GITLAB_PUSH if kind == "gitlab" else {}).encode()
    headers = KINDS[kind](body)
    await forge.send(kind, body, headers)

    again = await forge.send(kind, body, {**headers, "X-GitHub-Delivery": "another id"})
    assert again == (202, {"outcome": "ignored", "reason": "replayed"})
    assert await forge.hints(1) == [kind]


@pytest.mark.parametrize("age", [301, -301, 1e9])
async def test_a_request_of_another_time_is_refused(forge: Forge, age: float) -> None:
    status, told = await forge.send("generic", b"", generic(b"", age=age))
    assert (status, told["detail"]) == (401, "The timestamp is more than 5 minutes from ours.")

    status, told = await forge.send("generic", b"", generic(b"", WRONG, age=age))
    assert told["detail"] == "The request is not signed as it should be."


async def test_standard_webhooks_need_an_id_and_a_plain_time(forge: Forge) -> None:
    for changed in ({"webhook-id": ""}, {"webhook-timestamp": "1e3"}, {"webhook-timestamp": "٣"}):
        headers = {**generic(b""), **changed}
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
        right = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest())
        headers["webhook-signature"] = f"v1,{right.decode()}"
        assert (await forge.send("generic", b"", headers))[0] == 401


async def test_a_flood_costs_one_look_and_is_told_to_wait(forge: Forge) -> None:
    answers = []
    for number in range(int(BURST) + 20):
        body = json.dumps({"n": number, **PUSH}).encode()
        async with forge.client.post(
            "/api/v1/channels/default/sources/github/webhook", data=body, headers=github(body)
        ) as answer:
            answers.append((answer.status, answer.headers.get("Retry-After")))

    statuses = [status for status, _ in answers]
    assert statuses.count(202) in range(int(BURST), int(BURST) + 5)
    assert set(statuses) == {202, 429}
    assert {wait for status, wait in answers if status == 429} == {"1"}
    assert await forge.hints(1) == ["github"]  # the second is due some seconds later


async def test_what_comes_shortly_after_a_look_gets_one_of_its_own(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No push is lost: the look before may have been too early for it."""
    monkeypatch.setattr(doorkeeper, "EVERY", 0.2)
    for number in range(5):
        assert (await forge.send("generic", b"", generic(b"", message=f"m{number}")))[0] == 202
    begun = asyncio.get_running_loop().time()

    assert await forge.hints(2) == ["generic", "generic"]
    assert asyncio.get_running_loop().time() - begun > 0.05


async def test_other_sources_are_not_touched_by_a_flood(forge: Forge) -> None:
    for _ in range(int(BURST) + 5):
        await forge.send("github", b"{}", {})

    assert (await forge.send("generic", b"", generic(b"")))[0] == 202


async def test_what_is_too_large_is_refused_before_it_is_read(forge: Forge) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65536

    huge = io.BytesIO(b" " * (BODY_BYTES + 1))
    for body in (huge, endless()):
        status, told = await forge.send("github", body, {})
        assert (status, told["code"]) == (413, "too-large")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"a":' * 5000, b"payload=%7B"])
async def test_a_genuine_request_that_makes_no_sense_is_refused(forge: Forge, body: bytes) -> None:
    for kind in ("github", "gitlab", "gitea"):
        assert (await forge.send(kind, body, KINDS[kind](body)))[0] == 400
    assert forge.hinted() == []


@pytest.mark.parametrize(
    "said",
    [
        {"ref": ["refs/heads/main"], "repository": "team/mesh"},
        {"ref": None, "repository": {"full_name": {"a": 1}}},
        {"ref": 5, "repository": []},
    ],
)
async def test_fields_of_another_type_say_nothing(forge: Forge, said: dict[str, Any]) -> None:
    """As if they were not there: the source looks, which costs little."""
    body = json.dumps(said).encode()

    assert (await forge.send("github", body, github(body)))[1]["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("event", "said", "reason"),
    [
        ("push", {"repository": {"full_name": "team/other"}}, "repository"),
        ("push", {"repository": {"full_name": "team/mesh2"}}, "repository"),
        ("issues", PUSH, "event"),
        ("", PUSH, "event"),
        ("ping", {"zen": "x", "repository": {"full_name": "team/mesh"}}, ""),
        ("push", {"ref": "refs/tags/v1"}, ""),
        ("create", {"ref": "v1", "ref_type": "tag", **PUSH}, ""),
    ],
)
async def test_only_what_may_concern_the_source_counts(
    forge: Forge, event: str, said: dict[str, Any], reason: str
) -> None:
    body = json.dumps(said).encode()
    outcome = "ignored" if reason else "accepted"

    told = await forge.send("github", body, github(body, event=event))
    assert told == (202, {"outcome": outcome, "reason": reason})


async def test_a_form_holds_the_same(forge: Forge) -> None:
    form = aiohttp.FormData({"payload": json.dumps(PUSH)})()
    body = bytes(form.decode(), "utf-8")
    headers = {**github(body), "Content-Type": "application/x-www-form-urlencoded"}

    assert (await forge.send("github", body, headers))[1]["outcome"] == "accepted"


async def test_a_signing_token_of_gitlab_is_verified(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bytes(range(32))
    monkeypatch.setenv("HOOK_SECRET", f"whsec_{base64.b64encode(key).decode()}")
    body, stamp = json.dumps(GITLAB_PUSH).encode(), str(int(time.time()))
    signature = hmac.new(key, f"id.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {"webhook-id": "id", "webhook-timestamp": stamp}
    headers["webhook-signature"] = f"v1,{base64.b64encode(signature).decode()}"

    assert (await forge.send("gitlab", body, headers))[1]["outcome"] == "accepted"
    assert (await forge.send("gitlab", body + b" ", headers))[0] == 401


async def test_where_no_webhook_is_nobody_learns_why(forge: Forge) -> None:
    """No such channel, no such source, and a source without one give the same answer."""
    answers = set()
    for path in ("default/sources/plain", "default/sources/none", "none/sources/github"):
        async with forge.client.post(f"/api/v1/channels/{path}/webhook", data=b"{}") as answer:
            answers.add((answer.status, await answer.text()))

    assert [status for status, _ in answers] == [404]
    assert "github" not in answers.pop()[1]


async def test_a_secret_that_is_not_there_is_said_and_nothing_is_taken(
    forge: Forge, caplog: pytest.LogCaptureFixture
) -> None:
    status, told = await forge.send("lost", b"{}", github(b"{}", ""))

    assert (status, told["code"]) == (503, "unavailable")
    assert "nothing" not in json.dumps(told)
    assert "cannot be read: No such file or directory" in caplog.text


async def test_a_short_secret_is_none(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "short")

    assert (await forge.send("github", b"{}", github(b"{}", "short")))[0] == 503
    assert "shorter than 16 characters" in caplog.text
    assert "short'" not in caplog.text


async def test_a_worker_that_is_down_is_no_forges_business(forge: Forge) -> None:
    del forge.backend.answers[Method.HINT]

    assert (await forge.send("generic", b"", generic(b"")))[0] == 202
    assert await forge.hints(1) == ["generic"]


async def test_the_host_is_still_checked(forge: Forge) -> None:
    status, _ = await forge.send("github", b"{}", {**github(b"{}"), "Host": "evil.example"})
    assert status == 421


async def test_requests_are_counted_by_what_became_of_them(forge: Forge) -> None:
    body = json.dumps(PUSH).encode()
    for headers in (github(body), github(body), github(body, WRONG)):
        await forge.send("github", body, headers)
    await forge.send("lost", b"{}", {})

    assert await forge.counts() == {
        'channel="default",outcome="accepted",reason="push",source="github"': 1,
        'channel="default",outcome="ignored",reason="replayed",source="github"': 1,
        'channel="default",outcome="refused",reason="signature",source="github"': 1,
        'channel="default",outcome="refused",reason="secret",source="lost"': 1,
    }
