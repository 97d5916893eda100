"""What the routes pass to the worker, and how they answer."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from galley.protocol.control import Method
from galley.protocol.results import (
    DeliveryResult,
    QuarantineResult,
    ResourceResult,
    StatusResult,
    SubscriberResult,
)
from galley.server.api.routing import AT_ONCE
from galley.server.problems import problem

CHANNEL = "/api/v1/channels/default"
PAGE = {"channel": "default", "version": 3, "digest": "aa"}


async def test_the_status_is_the_documented_model(service: Any) -> None:
    async with service.get("/api/v1/status") as answer:
        found = StatusResult.model_validate(await answer.json())

    assert [each.channel for each in found.channels] == ["default"]


async def test_a_collection_and_its_filters_reach_the_worker(service: Any, backend: Any) -> None:
    backend.answers[Method.RESOURCES] = {**PAGE, "resources": []}
    path = CHANNEL + "/resources/networking.istio.io/VirtualService"
    query = {"namespace": "prod", "selector": "app=web", "version": 41, "manifests": "true"}
    async with service.get(path, params=query) as answer:
        assert answer.status == 200

    _, method, params = backend.asked[0]
    assert method is Method.RESOURCES
    assert params["collection"] == "networking.istio.io/VirtualService"
    assert (params["namespace"], params["selector"], params["version"]) == ("prod", "app=web", 41)
    assert params["manifests"] is True


async def test_one_resource_is_an_object_and_an_absent_one_a_404(
    service: Any, backend: Any
) -> None:
    """The namespace `-` stands for none."""
    found = {
        "collection": "core/Namespace",
        "namespace": "",
        "name": "web",
        "api_version": "v1",
        "digest": "aa",
        "version": 3,
    }
    backend.answers[Method.RESOURCES] = {**PAGE, "resources": [found]}
    async with service.get(CHANNEL + "/resources/core/Namespace/-/web") as answer:
        assert ResourceResult.model_validate(await answer.json()).name == "web"
    async with service.get(CHANNEL + "/resources/core/Namespace/prod/web") as answer:
        assert answer.status == 404


async def test_a_version_that_is_gone_is_a_404(service: Any, backend: Any, version: Any) -> None:
    """The worker lists what is below; that is not the version asked for."""
    backend.answers[Method.HISTORY] = {"versions": [version(40)]}
    async with service.get(CHANNEL + "/versions/41") as answer:
        assert answer.status == 404
    async with service.get(CHANNEL + "/versions/40") as answer:
        assert (await answer.json())["version"] == 40


async def test_a_rollback_says_who_and_waits_for_the_subscribers(
    service: Any, backend: Any, published: Any, publish: Any
) -> None:
    """Nobody is connected, so it does not wait and says so."""
    line = backend.lines["default"]
    publish(line, 3)
    backend.answers[Method.ROLLBACK] = published(3)
    body = {"target": "1", "reason": "broken", "timeout": 5}
    headers = {"Galley-Actor": "alice@laptop"}
    async with service.post(CHANNEL + "/rollback", json=body, headers=headers) as answer:
        found = await answer.json()

    _, _, params = backend.asked[0]
    assert (params["actor"], params["reason"], params["target"]) == ("alice@laptop", "broken", "1")
    assert "timeout" not in params
    assert DeliveryResult.model_validate(found["delivery"]).outcome == "no-subscribers"


async def test_a_dry_run_does_not_wait(service: Any, backend: Any, published: Any) -> None:
    backend.answers[Method.ROLLBACK] = published(3, dry_run=True)
    body = {"reason": "try", "dry_run": True}
    async with service.post(CHANNEL + "/rollback", json=body) as answer:
        found = await answer.json()

    assert found["delivery"] is None
    assert backend.asked[0][2]["dry_run"] is True


@pytest.mark.parametrize(
    ("code", "status"), [("conflict", 409), ("refused", 422), ("unavailable", 503), ("usage", 400)]
)
async def test_a_workers_refusal_is_passed_on(
    service: Any, backend: Any, code: str, status: int
) -> None:
    backend.answers[Method.ROLLBACK] = problem(code, "Because.", remedy="Do that.")
    async with service.post(CHANNEL + "/rollback", json={"reason": "x"}) as answer:
        found = await answer.json()

    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert (found["code"], found["detail"], found["remedy"]) == (code, "Because.", "Do that.")


async def test_a_backup_stays_in_its_folder(service: Any, backend: Any, tmp_path: Path) -> None:
    """Whoever asks gives a name only; the folder is the service's."""
    backend.settings = backend.settings.model_copy(update={"data_dir": tmp_path})
    written = {"version": 3, "bytes": 10}
    backend.answers[Method.BACKUP] = lambda params: {"path": params["path"], **written}
    async with service.post(CHANNEL + "/backup", json={"name": "today.db"}) as answer:
        path = (await answer.json())["path"]

    assert path == str(tmp_path / "backups" / "today.db")
    assert (tmp_path / "backups").is_dir()


async def test_subscribers_and_resend_are_answered_here(service: Any) -> None:
    """The worker knows nothing of subscribers."""
    async with service.get(CHANNEL + "/subscribers") as answer:
        assert [SubscriberResult.model_validate(each) for each in await answer.json()] == []
    async with service.post(CHANNEL + "/resend", json={}) as answer:
        assert await answer.json() == {"sessions": 0}


async def test_a_reload_tells_what_could_not_be_taken_over(service: Any, backend: Any) -> None:
    backend.reloads = ["The address changes at the next start."]
    async with service.post("/api/v1/reload", json={}) as answer:
        assert await answer.json() == {"warnings": ["The address changes at the next start."]}


async def test_a_defect_answers_without_details(
    service: Any, backend: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has them; the answer is a document like any other."""

    def fail(params: Any) -> Any:
        raise RuntimeError("the secret detail")

    backend.answers[Method.CHECK] = fail
    async with service.get(CHANNEL + "/check") as answer:
        found = await answer.text()

    assert answer.status == 500
    assert "the secret detail" not in found
    assert "the secret detail" in caplog.text


async def test_a_long_list_is_written_over_several_turns_of_the_loop(
    service: Any, backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other connections are served between two parts of it; it is one list all the same."""
    count, validate, turns = 5 * AT_ONCE, QuarantineResult.model_validate, Counter[int]()
    entry = {
        "source": "files",
        "digest": "aa",
        "rollback": 5,
        "target": 3,
        "time": 1.0,
        "reason": "because",
        "lifts": "",
    }
    backend.answers[Method.QUARANTINE] = [{**entry, "resource": f"r{n}"} for n in range(count)]
    turn = [0]

    def tick() -> None:
        turn[0] += 1
        asyncio.get_running_loop().call_soon(tick)

    def counted(value: Any) -> Any:
        turns[turn[0]] += 1
        return validate(value)

    tick()  # until the loop ends
    monkeypatch.setattr(QuarantineResult, "model_validate", counted)
    async with service.get(CHANNEL + "/quarantine") as answer:
        found = await answer.json()
    assert [each["resource"] for each in found] == [f"r{n}" for n in range(count)]
    assert turns.total() == count
    assert max(turns.values()) == AT_ONCE


async def test_an_empty_list_is_one(service: Any, backend: Any) -> None:
    backend.answers[Method.QUARANTINE] = []
    async with service.get(CHANNEL + "/quarantine") as answer:
        assert await answer.json() == []
