"""How an istiod is connected: TLS, pings, reconnects, and answers of any length."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest

from galley.settings import TlsSettings
from tests.keys import pair
from tests.mesh.doubles.istiod import Istiod, UnreachableServerError
from tests.mesh.doubles.transport import Dialling
from tests.mesh.istiod.conftest import (
    QUICK,
    VIRTUAL_SERVICES,
    acknowledged,
    eventually,
    gone,
    holds,
    istiod_of,
    names,
    route,
)
from tests.mesh.served import istio, serving

ANY_LENGTH = (1 << 31) - 1


@pytest.fixture
def tls(tmp_path: Path) -> TlsSettings:
    made = pair("galley", "galley.example.com")
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate.write_text(made.certificate)
    key.write_text(made.key)
    return TlsSettings(certificate=certificate, key=key)


def simple(authority: str, sni: str = "galley.example.com") -> Dialling:
    """`tlsSettings: {mode: SIMPLE, caCertificates: PEM, sni: NAME}` of a configuration source."""
    return Dialling(
        max_message=ANY_LENGTH,
        credentials=grpc.ssl_channel_credentials(root_certificates=authority.encode()),
        options=(("grpc.ssl_target_name_override", sni),),
    )


async def test_tls_in_mode_simple(tls: TlsSettings) -> None:
    authority = tls.certificate.read_text()
    async with (
        serving(route("a"), tls=tls) as mesh,
        istiod_of(mesh, dialling=simple(authority)) as istiod,
    ):
        await istiod.synced()
        assert names(istiod) == {"a"}


@pytest.mark.parametrize("wrong", ["authority", "name", "plaintext"])
async def test_istiod_exits_if_it_does_not_trust_the_server(tls: TlsSettings, wrong: str) -> None:
    other = pair("other", "galley.example.com").certificate
    dialling = {
        "authority": simple(other),
        "name": simple(tls.certificate.read_text(), "else.example.com"),
        "plaintext": Dialling(max_message=ANY_LENGTH),
    }[wrong]
    async with serving(route("a"), tls=tls) as mesh:
        with pytest.raises(UnreachableServerError):
            await istiod_of(mesh, dialling=dialling).__aenter__()


async def test_istiod_exits_if_nobody_serves_when_it_starts() -> None:
    async with serving(route("a")) as mesh:
        pass
    with pytest.raises(UnreachableServerError):
        await Istiod(mesh.address, pauses=QUICK).__aenter__()


async def test_a_quiet_connection_stays_longer_than_strict_servers_let_it() -> None:
    """gRPC's servers cut off at the third ping without data unless told what is too often."""
    pings = Dialling(max_message=ANY_LENGTH, keepalive=(5.2, 5.0))
    async with serving(route("a")) as mesh, istiod_of(mesh, dialling=pings) as istiod:
        await acknowledged(mesh)
        with pytest.raises(TimeoutError):
            await istiod.until(lambda: bool(istiod.log.ends), 22.0)
        mesh.line.publish(route("b"))
        await holds(istiod, "a", "b")
        assert istiod.log.streams == 1


async def test_a_storm_of_reconnects_is_survived_and_leaves_nothing() -> None:
    async with serving(route("a")) as mesh, AsyncExitStack() as stack:
        crowd = [
            await stack.enter_async_context(istiod_of(mesh, pod=f"istiod-{number}"))
            for number in range(30)
        ]
        await acknowledged(mesh, 30)
        for round_ in range(2, 7):
            for stream in mesh.streams():
                stream.end("come back")
            await asyncio.gather(*(each.opened(round_) for each in crowd))
            await eventually(lambda: len(mesh.streams()) == 30)
        await acknowledged(mesh, 30)
        assert all(names(each) == {"a"} and len(each.events) == 1 for each in crowd)
        await stack.aclose()
        await gone(mesh)
        await eventually(lambda: not mesh.streams())


async def test_an_answer_of_twenty_megabytes_arrives_whole_and_once() -> None:
    text = "x" * 20_000
    many = [
        istio(
            "EnvoyFilter", f"f{number:04}", {"configPatches": [{"patch": {"value": {"t": text}}}]}
        )
        for number in range(1050)
    ]
    url = "networking.istio.io/v1alpha3/EnvoyFilter"
    async with serving(*many, route("a")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        await acknowledged(mesh)
        assert len(istiod.store[url]) == 1050
        mesh.line.publish(route("b"))
        await holds(istiod, "a", "b")
        sizes = [each.ByteSize() for each in istiod.log.received if each.type_url == url]
        assert len(sizes) == 1
        assert sizes[0] > 20 << 20


async def test_an_istiod_that_reads_slowly_gets_the_newest_when_it_does() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await acknowledged(mesh)
        istiod.stop_reading()
        for number in range(20):
            mesh.line.publish(route("a", f"{number}.example.com"))
        istiod.go_on_reading()
        await acknowledged(mesh)
        kept = istiod.store[VIRTUAL_SERVICES]["default", "a"]
        assert b"19.example.com" in kept.body
        assert istiod.log.streams == 1
