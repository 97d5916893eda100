"""The address that clusters ask at: what they are told of it, and what is kept for it."""

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from galley.admission import admission
from galley.admission.certificates import Certificates, today
from galley.listening import Listener, ListenError
from galley.settings import ServiceSettings
from tests.galley.admission.conftest import ask, settings_of
from tests.journeys.conftest import eventually


def given(folder: Path) -> dict[str, str]:
    """A certificate and its key in one file, as some tools write them."""
    made = Certificates(folder / "given", ["127.0.0.1"])
    made.renew(today())
    return {"certificate": str(made.path), "key": str(made.path)}


async def test_a_key_beside_a_given_certificate_stays_here(admitting: Any, tmp_path: Path) -> None:
    _, worker = await admitting(settings_of(tmp_path, tls=given(tmp_path)))

    told = await eventually(lambda: worker.registered)

    assert "BEGIN CERTIFICATE" in told["bundle"]
    assert "PRIVATE KEY" not in told["bundle"]


async def test_what_is_to_be_trusted_has_to_be_a_certificate(
    admitting: Any, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.der"
    authority.write_bytes(b"\x30\x82\xff\xfe")

    with pytest.raises(ListenError, match=r"ca\.der has no certificates in PEM"):
        await admitting(settings_of(tmp_path, tls=given(tmp_path), ca=str(authority)))


@pytest.mark.parametrize("lost", [b"", b"\n"])
async def test_a_word_that_was_lost_is_made_anew(
    admitting: Any, tmp_path: Path, lost: bytes
) -> None:
    """As after a power cut: with an empty one there would be no path to ask at."""
    (tmp_path / "data/admission").mkdir(parents=True)
    (tmp_path / "data/admission/word").write_bytes(lost)

    _, worker = await admitting(settings_of(tmp_path))

    told = await eventually(lambda: worker.registered)
    assert len(told["paths"]["cluster"].removeprefix("/admit/mesh/cluster/")) == 32


async def test_a_certificate_that_could_not_be_used_is_used_later(
    admitting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(admission, "EVERY", 0.01)
    running, _ = await admitting(settings_of(tmp_path))
    current, successor = (tmp_path / f"data/admission/{each}.pem" for each in ("current", "next"))
    begun, place = today(), urlsplit(running.address)

    def fail(*_: object) -> None:
        raise ListenError("too many files are open")

    def presented() -> str:
        return ssl.get_server_certificate((place.hostname, place.port))

    monkeypatch.setattr(admission, "today", lambda: begun + timedelta(days=46))
    await eventually(successor.exists)
    with monkeypatch.context() as broken:
        broken.setattr(Listener, "renew", fail)
        monkeypatch.setattr(admission, "today", lambda: begun + timedelta(days=61))
        await eventually(lambda: "too many files" in caplog.text)
        await eventually(lambda: not successor.exists())

    async def is_used() -> bool:
        return await asyncio.to_thread(presented) in current.read_text()

    await eventually(is_used)


@pytest.mark.parametrize(
    "url",
    [
        "https://bücher.example",
        "https://[::1",
        "https://:8443",
        "https://a:b",
        "http://a",
        "https://",
    ],
)
def test_an_address_that_no_certificate_can_be_for_is_refused(tmp_path: Path, url: str) -> None:
    whole = settings_of(tmp_path).model_dump()
    whole["channels"][0]["sources"][0]["admission"]["url"] = url

    with pytest.raises(ValueError, match="admission"):
        ServiceSettings.model_validate(whole)


@pytest.mark.parametrize("url", ["https://a", "https://127.0.0.1:8443", "https://[::1]:8443"])
def test_names_and_addresses_are_taken(tmp_path: Path, url: str) -> None:
    whole = settings_of(tmp_path).model_dump()
    whole["channels"][0]["sources"][0]["admission"]["url"] = url

    ServiceSettings.model_validate(whole)


async def test_what_the_settings_no_longer_judge_goes_on(admitting: Any, tmp_path: Path) -> None:
    """The cluster asks until it is told; where a write is not judged, it may be refused."""
    settings = settings_of(tmp_path)
    running, worker = await admitting(settings)
    await eventually(lambda: worker.registered)
    assert not (await ask(running, worker, bad=1))["allowed"]

    await running.take_over(settings, {})

    assert await ask(running, worker, bad=1) == {"uid": "1", "allowed": True}
    worker.registered["paths"]["cluster"] += "0"
    assert await ask(running, worker, bad=1) is None
