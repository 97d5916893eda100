"""From what becomes of revisions to what the forge shows, in a whole worker."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from galley.forges import outbox
from galley.worker import process, reporter
from galley.worker.assembly import Worker, assemble
from galley.worker.courier import Courier
from galley.worker.revisions import RevisionState, Standing
from pipeline.model import Level, Revision
from pipeline.model.diagnostic import Diagnostic

pytestmark = pytest.mark.usefixtures("impatient", "token")

Start: TypeAlias = Callable[..., Awaitable[Any]]
BAD = Diagnostic("GAL0501", Level.ERROR, "No.", source="memory", locator="a.yaml", line=3)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """The workers of the test, the last one last: what they know of revisions is told by hand."""
    made: list[Worker] = []

    def recording(*parts: Any) -> Worker:
        made.append(assemble(*parts))
        return made[-1]

    monkeypatch.setattr(process, "assemble", recording)
    return made


@pytest.fixture
def start(new_rig: Start, forge: Any) -> Start:
    """A worker whose source has its commit status told."""

    async def started(**status: Any) -> Any:
        rig = await new_rig(sources=(source(forge, **status),))
        await rig.settled()
        return rig

    return started


def source(forge: Any, **status: Any) -> dict[str, Any]:
    given = {
        "kind": "generic",
        "url": forge.url,
        "token": {"env": "FORGE_TOKEN"},
        "repository": "team/mesh",
        **status,
    }
    return {"type": "memory", "name": "memory", "status": given}


def becomes(worker: Worker, standing: Standing, version: int = 0, **more: Any) -> None:
    revision = Revision(more.pop("commit", "c1"))
    worker.revisions.tell(RevisionState("mesh", "memory", revision, standing, version, **more))


async def source_report(rig: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await rig.ask("sources"))[0]
    return found


async def test_each_state_is_told_in_words(workers: list[Worker], start: Start, forge: Any) -> None:
    await start()
    for standing, version, text in (
        (Standing.PENDING, 0, "Waiting to be published"),
        (Standing.BLOCKED, 0, "Blocked"),
        (Standing.QUARANTINED, 4, "Waiting: it says what version 4 rolled back"),
        (Standing.LIVE, 5, "Live as version 5"),
        (Standing.ROLLED_BACK, 6, "Rolled back by version 6"),
    ):
        becomes(workers[-1], standing, version)
        await forge.until(lambda text=text: forge.history["c1"][-1:] == [text])
        assert forge.shown["c1"]["state"] == standing.value
    assert forge.shown["c1"]["context"] == "galley/mesh"


async def test_what_blocks_is_told_with_its_place(
    workers: list[Worker], start: Start, forge: Any
) -> None:
    await start()
    becomes(workers[-1], Standing.BLOCKED, diagnostics=(BAD, BAD), total=7)
    await forge.until(lambda: forge.shown)

    said = forge.shown["c1"]
    assert said["description"] == "Blocked: a.yaml:3 GAL0501 No. (+6 more)"
    assert said["findings"][0] == {"file": "a.yaml", "line": 3, "code": "GAL0501", "message": "No."}
    assert said["more"] == 5


async def test_who_has_it_is_told_until_all_have_answered(
    workers: list[Worker], start: Start, forge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PACE_FIRST", 0.05)
    rig = await start()
    becomes(workers[-1], Standing.LIVE, 1)
    for counts in ([3, 1, 0], [3, 2, 0], [3, 3, 0]):
        await rig.ask("received", received={"1": counts})
    await forge.until(lambda: "Live as version 1, had by 3 of 3" in forge.history["c1"])
    told = list(forge.history["c1"])

    for counts in ([2, 2, 0], [0, 0, 0]):  # they leave: no news for the commit
        await rig.ask("received", received={"1": counts})
    becomes(workers[-1], Standing.LIVE, 2, commit="c2")
    await forge.until(lambda: forge.history["c2"])
    assert forge.history["c1"] == told

    await rig.ask("received", received={"1": [3, 2, 1]})
    await forge.until(lambda: forge.shown["c1"]["result"] == "failure")
    assert forge.history["c1"][-1] == "Live as version 1, had by 2 of 3, refused by 1"


async def test_who_has_a_version_is_known_after_a_restart(
    workers: list[Worker], start: Start, forge: Any
) -> None:
    rig = await start()
    await rig.ask("received", received={"1": [2, 2, 0]})
    await rig.stop()
    await rig.start()
    await rig.settled()
    becomes(workers[-1], Standing.LIVE, 1)

    await forge.until(lambda: forge.history["c1"] == ["Live as version 1, had by 2 of 2"])


async def test_a_secret_that_is_not_there_is_a_warning_and_what_waits_is_told_later(
    workers: list[Worker],
    start: Start,
    forge: Any,
    tmp_path: Path,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reporter, "LOOK_EVERY", 0.02)
    file = tmp_path / "token"
    rig = await start(token={"file": str(file)})
    becomes(workers[-1], Standing.LIVE, 1)

    found = await source_report(rig)
    assert found["state"] == "synced"
    assert found["problem"]["code"] == "GAL0950"
    assert found["problem"]["level"] == "warning"
    assert "`status.token`" in found["problem"]["message"]
    assert found["commit_status"]["waiting"] == 1

    file.write_text(f"{token}\n")
    await forge.until(lambda: forge.shown)
    found = await source_report(rig)
    assert found["problem"] is None


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ({"token": {"env": "NOT_SET"}}, "`status.token` says: environment variable 'NOT_SET' is"),
        ({"url": ""}, "`status` says: url is not set, and cannot be derived"),
        ({"ca": "/nowhere/ca.pem"}, "`status.ca` says: the file cannot be read: No such file"),
        ({"ca": __file__}, "`status.ca` says: the file holds no certificate"),
    ],
)
async def test_settings_that_cannot_be_followed_are_told_and_nothing_else_happens(
    start: Start, status: dict[str, Any], text: str
) -> None:
    rig = await start(**status)

    found = await source_report(rig)
    assert text in found["problem"]["message"]
    await rig.until(lambda: rig.version == 1)


async def test_the_certificate_of_the_forge_is_verified(
    workers: list[Worker], start: Start, forge: Any, tmp_path: Path
) -> None:
    certificate = await over_tls(forge, tmp_path)
    rig = await start()
    becomes(workers[-1], Standing.LIVE, 1)
    await forge.until(lambda: workers[-1].channel.couriers["memory"].problem)
    assert "certificate verify failed" in (await source_report(rig))["commit_status"]["problem"]
    assert forge.told == []

    trusting = source(forge, ca=str(certificate))
    await rig.ask("reconfigure", settings={**rig.options, "sources": [trusting]})
    await forge.until(lambda: forge.shown)


async def over_tls(forge: Any, folder: Path) -> Path:
    """The forge speaks TLS with a certificate of its own."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    process = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        *("-nodes", "-keyout", str(key), "-out", str(certificate)),
        *("-subj", "/CN=forge", "-addext", "subjectAltName=IP:127.0.0.1"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    await forge.down()
    forge.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    forge.tls.load_cert_chain(certificate, key)
    await forge.up()
    return certificate


async def test_a_webhook_without_a_secret_is_told_too(new_rig: Start, forge: Any) -> None:
    webhook = {"kind": "github", "secret": {"env": "NOT_SET"}}
    rig = await new_rig(sources=({**source(forge), "webhook": webhook},))
    await rig.settled()

    assert "`webhook.secret`" in (await source_report(rig))["problem"]["message"]


async def test_other_settings_are_followed_without_a_restart(
    workers: list[Worker], start: Start, forge: Any
) -> None:
    rig = await start(context="old")
    becomes(workers[-1], Standing.LIVE, 1)
    await forge.until(lambda: forge.shown)

    await rig.ask(
        "reconfigure", settings={**rig.options, "sources": [source(forge, context="new")]}
    )
    becomes(workers[-1], Standing.ROLLED_BACK, 2)
    await forge.until(lambda: forge.shown["c1"]["context"] == "new")

    plain = {"type": "memory", "name": "memory"}
    await rig.ask("reconfigure", settings={**rig.options, "sources": [plain]})
    becomes(workers[-1], Standing.LIVE, 3)
    assert (await source_report(rig))["commit_status"] is None

    await rig.ask("reconfigure", settings={**rig.options, "sources": [source(forge)]})
    await forge.until(lambda: forge.shown["c1"]["description"] == "Live as version 3")


async def test_a_forge_that_is_down_holds_up_neither_versions_nor_the_end(
    workers: list[Worker], start: Start, forge: Any, make: Any
) -> None:
    rig = await start()
    forge.slow.clear()
    becomes(workers[-1], Standing.LIVE, 1)
    await forge.until(lambda: forge.told)
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    begun = asyncio.get_running_loop().time()
    await rig.stop()
    assert asyncio.get_running_loop().time() - begun < 2
    forge.slow.set()
    await rig.start()


async def test_a_defect_of_a_courier_does_not_end_the_worker(
    workers: list[Worker],
    start: Start,
    forge: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reporter, "AFTER_DEFECT", 0.01)
    await start()
    with monkeypatch.context() as broken:
        broken.setattr(Courier, "_send", None)
        becomes(workers[-1], Standing.LIVE, 1)
        await forge.until(lambda: "The courier of source memory failed" in caplog.text)

    await forge.until(lambda: forge.shown)
