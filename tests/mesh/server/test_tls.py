"""TLS and mTLS: who is let in, and certificates that change while the server runs."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import grpc
import pytest

from galley.listening import ListenError
from galley.mesh.server import MeshServer
from galley.server.access import Access
from galley.settings import ChannelSettings, MeshSettings, ServiceSettings, TlsSettings
from tests.keys import Pair, pair
from tests.mesh.served import serving, virtual_services
from tests.mesh.server.talking import Dialled, Ended, dialled

SPIFFE = b"\x30\x27\x86\x25spiffe://cluster.local/ns/a/sa/reader"
"""Subject alternative names as they are encoded: one URI."""


@pytest.fixture
def server_pair() -> Pair:
    return pair("galley", "localhost", addresses=("127.0.0.1",))


@pytest.fixture
def client_pair() -> Pair:
    return pair("reader", names=SPIFFE)


@pytest.fixture
def settings(tmp_path: Path, server_pair: Pair) -> TlsSettings:
    write(tmp_path, server_pair)
    return TlsSettings(certificate=tmp_path / "tls.crt", key=tmp_path / "tls.key")


@pytest.fixture
def mutual(settings: TlsSettings, client_pair: Pair, tmp_path: Path) -> TlsSettings:
    (tmp_path / "ca.crt").write_text(client_pair.certificate)
    return settings.model_copy(update={"client_ca": tmp_path / "ca.crt"})


def write(folder: Path, made: Pair) -> None:
    """Both files at once, as mounted secrets change."""
    for name, text in (("tls.crt", made.certificate), ("tls.key", made.key)):
        (folder / "new").write_text(text)
        (folder / "new").replace(folder / name)


def trusting(server: Pair, client: Pair | None = None) -> grpc.ChannelCredentials:
    own = (client.key.encode(), client.certificate.encode()) if client else (None, None)
    return grpc.ssl_channel_credentials(server.certificate.encode(), *own)


async def outcome(client: Dialled) -> Ended | int:
    """How many resources it is told, or how the stream ends."""
    talk = client.talk()
    try:
        async with asyncio.timeout(5):
            await talk.ask()
            return len((await talk.take()).resources)
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        return await talk.ended()


async def over(address: str, credentials: grpc.ChannelCredentials) -> Ended | int:
    async with dialled(address, credentials=credentials) as client:
        return await outcome(client)


async def test_a_stream_over_tls(settings: TlsSettings, server_pair: Pair) -> None:
    async with serving(*virtual_services("ab"), tls=settings) as mesh:
        assert await over(mesh.address, trusting(server_pair)) == 2


async def test_without_tls_nothing_is_understood(settings: TlsSettings) -> None:
    async with (
        serving(*virtual_services("a"), tls=settings) as mesh,
        dialled(mesh.address) as client,
    ):
        ended = await outcome(client)
        assert isinstance(ended, Ended)
        assert ended.code == "UNAVAILABLE"


async def test_a_renewed_certificate_serves_new_connections_and_old_ones_go_on(
    settings: TlsSettings, server_pair: Pair, tmp_path: Path
) -> None:
    renewed = pair("galley", "localhost", addresses=("127.0.0.1",))
    async with (
        serving(*virtual_services("a"), tls=settings) as mesh,
        dialled(mesh.address, credentials=trusting(server_pair)) as client,
    ):
        talk = client.talk()
        await talk.ask()
        await talk.take()
        write(tmp_path, renewed)
        assert await over(mesh.address, trusting(renewed)) == 1
        assert isinstance(await over(mesh.address, trusting(server_pair)), Ended)
        mesh.line.publish(*virtual_services("b"))
        assert len((await talk.take()).resources) == 2


@pytest.mark.parametrize("broken", ["gone", "empty", "of another key", "nonsense"])
async def test_what_cannot_be_read_leaves_the_old_certificate_and_is_said_once(
    settings: TlsSettings, server_pair: Pair, tmp_path: Path, broken: str, said: Any
) -> None:
    async with serving(*virtual_services("a"), tls=settings) as mesh:
        if broken == "gone":
            settings.key.unlink()
        else:
            text = {"empty": "", "nonsense": "nonsense", "of another key": pair("x").key}[broken]
            settings.key.write_text(text)
        for _ in range(3):
            assert await over(mesh.address, trusting(server_pair)) == 1
        errors = [each.getMessage() for each in said.records if each.levelno == logging.ERROR]
        assert len(errors) == 1
        assert str(settings.certificate) in errors[0]
        renewed = pair("galley", "localhost", addresses=("127.0.0.1",))
        write(tmp_path, renewed)
        assert await over(mesh.address, trusting(renewed)) == 1


@pytest.mark.parametrize("missing", ["tls.crt", "tls.key", "ca.crt"])
@pytest.mark.parametrize("how", ["gone", "nonsense"])
async def test_what_cannot_be_read_at_the_start_is_said(
    mutual: TlsSettings, tmp_path: Path, missing: str, how: str
) -> None:
    path = tmp_path / missing
    path.unlink() if how == "gone" else path.write_text("nonsense")
    named = "client_ca" if missing == "ca.crt" else "certificate"
    with pytest.raises(ListenError, match=f"mesh.tls: cannot use {named} '{tmp_path}"):
        await starting(mutual).start()


async def test_a_locked_key_is_refused_at_the_start(
    settings: TlsSettings, server_pair: Pair
) -> None:
    settings.key.write_text(server_pair.encrypted)
    with pytest.raises(ListenError, match=r"mesh\.tls: cannot use certificate"):
        await starting(settings).start()


async def test_only_clients_of_the_authority_are_let_in(
    mutual: TlsSettings, server_pair: Pair, client_pair: Pair
) -> None:
    async with serving(*virtual_services("a"), tls=mutual) as mesh:
        assert await over(mesh.address, trusting(server_pair, client_pair)) == 1
        for stranger in (None, pair("reader", names=SPIFFE)):
            ended = await over(mesh.address, trusting(server_pair, stranger))
            assert isinstance(ended, Ended)
            assert ended.code == "UNAVAILABLE"


async def test_another_authority_counts_for_new_connections(
    mutual: TlsSettings, server_pair: Pair, client_pair: Pair
) -> None:
    other = pair("other", names=SPIFFE)
    async with serving(*virtual_services("a"), tls=mutual) as mesh:
        assert mutual.client_ca
        mutual.client_ca.write_text(other.certificate)
        assert await over(mesh.address, trusting(server_pair, other)) == 1
        assert isinstance(await over(mesh.address, trusting(server_pair, client_pair)), Ended)


@pytest.mark.parametrize(
    ("san", "let_in"),
    [("spiffe://cluster.local/ns/a/*", True), ("spiffe://cluster.local/ns/b/*", False)],
)
async def test_a_peer_is_known_by_a_name_in_its_certificate(
    mutual: TlsSettings, server_pair: Pair, client_pair: Pair, san: str, *, let_in: bool
) -> None:
    peers = ({"name": "reader", "san": san},)
    async with serving(*virtual_services("a"), tls=mutual, peers=peers) as mesh:
        found = await over(mesh.address, trusting(server_pair, client_pair))
        if let_in:
            assert found == 1
        else:
            assert isinstance(found, Ended)
            assert found.code == "UNAUTHENTICATED"


def starting(tls: TlsSettings) -> MeshServer:
    channel = ChannelSettings(name="default", wires=("istio",))
    mesh = MeshSettings(tls=tls)
    settings = ServiceSettings(mesh_listen="127.0.0.1:0", channels=(channel,), mesh=mesh)
    return MeshServer(settings, dict, lambda: Access(()))
