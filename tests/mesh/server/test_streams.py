"""How streams begin, go on and end: whatever a client does, nothing of it stays behind."""

import asyncio
import random
from contextlib import suppress
from typing import Any

import grpc
import pytest
from envoy.service.discovery.v3.discovery_pb2 import DeltaDiscoveryRequest, DiscoveryRequest

from galley.mesh import stream as streaming
from galley.mesh.server import STOP_SECONDS
from galley.mesh.xds import session as xds
from galley.mesh.xds.sotw import Sotw
from tests.mesh.served import Mesh, istio, serving, virtual_services
from tests.mesh.server.talking import DELTA, MCP, SOTW, URL, Talk, dialled, mesh_tasks, names, until


def is_empty(mesh: Mesh) -> bool:
    """Whether nothing of any stream is left."""
    channels = mesh.channels().values()
    followers: list[Any] = [each for channel in channels for each in channel.followers]
    return (
        not mesh.server._streams
        and all(channel.members.connected() == (0, 0) for channel in channels)
        and not any(line._served or line._preparing for line in followers)
        and not any(live.followers for channel in channels for live in channel._live.views)
        and not mesh_tasks()
    )


async def test_a_half_close_is_answered_and_ends_with_ok() -> None:
    async with serving(*virtual_services("ab")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.call.done_writing()
        assert names(await talk.hear()) == {"default/a", "default/b"}
        assert (await talk.ended()).code == "OK"
        await until(lambda: is_empty(mesh))


@pytest.mark.parametrize("method", [SOTW, DELTA, MCP])
async def test_a_stream_that_says_nothing_ends_with_ok(method: str) -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk(method)
        await talk.call.done_writing()
        assert (await talk.ended()).code == "OK"
        await until(lambda: is_empty(mesh))


@pytest.mark.parametrize("method", [SOTW, DELTA, MCP])
@pytest.mark.parametrize(
    "garbage", [b"\xff\xff\xff", b"\x0a\xff", b"garbage" * 100, b"\x2a\x01\xff"]
)
async def test_garbage_is_refused_with_a_sentence(method: str, garbage: bytes) -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk(method)
        await talk.say(garbage)
        code, details = await talk.ended()
        assert code == "INVALID_ARGUMENT"
        assert "Request" in details or "type_url" in details
        await until(lambda: is_empty(mesh))


async def test_random_bytes_never_break_a_stream_otherwise() -> None:
    """Each either makes sense or is refused; the fixture sees that there is no traceback."""
    chance = random.Random(6)
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        for _ in range(60):
            for method in (SOTW, DELTA, MCP):
                talk = client.talk(method)
                await talk.say(chance.randbytes(chance.choice([1, 2, 5, 20, 200])))
                await talk.call.done_writing()
                assert (await talk.ended()).code in {"OK", "INVALID_ARGUMENT"}
        await until(lambda: is_empty(mesh))


async def test_an_unknown_method_is_not_there() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        assert (await client.talk("/no.such.Service/Stream").ended()).code == "UNIMPLEMENTED"


async def test_an_unknown_type_is_answered_and_empty() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        for url in ("example.com/v1/Thing", "nonsense", "/", "networking.istio.io/v1/Service"):
            await talk.ask(url)
            response = await talk.hear()
            assert (response.type_url, len(response.resources)) == (url, 0)


async def test_a_node_of_60_kb_is_read() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        request = DiscoveryRequest(type_url=URL)
        request.node.id = "envoy"
        for number in range(600):
            request.node.extensions.add(name=f"envoy.extension.{number:050}", category="x" * 40)
        request.node.metadata.update({"a": {"b": ["c", True, None, 1.5]}})
        assert request.ByteSize() > 60_000
        talk = client.talk()
        await talk.say(request.SerializeToString())
        await talk.take()
        assert mesh.subscribers()[0].node == "envoy"


async def test_stale_nonces_are_no_answers() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask(response_nonce="2026-01-01 00:00:00 +0000 UTC m=+0.1")  # as istiod does
        first = await talk.hear()
        for nonce in ("0", "nonsense", first.nonce + "0"):
            await talk.ask(response_nonce=nonce)
        await talk.ask(response_nonce="old", error_detail={"message": "too late"})
        mesh.line.publish(*virtual_services("b"))
        await talk.ack(first)
        assert names(await talk.take()) == {"default/a", "default/b"}
        await until(lambda: mesh.line.channel.members.connected() == (1, 1))
        assert mesh.subscribers()[0].nack == ""


async def test_too_many_types_are_refused() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        for number in range(xds.MOST_TYPES + 1):
            await talk.ask(f"example.com/v1/Kind{number}")
        assert (await talk.ended()).code == "RESOURCE_EXHAUSTED"
        await until(lambda: is_empty(mesh))


@pytest.mark.parametrize("method", [SOTW, DELTA])
@pytest.mark.parametrize("first", [True, False])
async def test_too_many_names_are_refused(
    method: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xds, "MOST_NAMES", 100)
    many = [f"n{number}" for number in range(101)]

    def asking(*names: str) -> bytes:
        if method == SOTW:
            return bytes(DiscoveryRequest(type_url=URL, resource_names=names).SerializeToString())
        said = DeltaDiscoveryRequest(type_url=URL, resource_names_subscribe=names)
        return bytes(said.SerializeToString())

    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk(method)
        if not first:
            await talk.say(asking("default/a"))
            assert await talk.read() is not None
        await talk.say(asking(*many))
        assert (await talk.ended()).code == "RESOURCE_EXHAUSTED"


async def test_too_many_versions_that_a_delta_client_says_it_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xds, "MOST_NAMES", 100)
    held = {f"n{number}": "1" for number in range(101)}
    request = DeltaDiscoveryRequest(type_url=URL, initial_resource_versions=held)
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk(DELTA)
        await talk.say(request.SerializeToString())
        assert (await talk.ended()).code == "RESOURCE_EXHAUSTED"


async def test_more_streams_than_there_may_be_are_refused() -> None:
    async with serving(*virtual_services("a"), streams=2) as mesh, dialled(mesh.address) as client:
        for _ in range(2):
            talk = client.talk()
            await talk.ask()
            await talk.hear()
        refused = client.talk()
        assert (await refused.ended()).code == "RESOURCE_EXHAUSTED"
        talk.call.cancel()
        await until(lambda: len(mesh.server._streams) == 1)
        again = client.talk()
        await again.ask()
        await again.hear()


async def test_a_flood_of_requests_is_read_more_slowly_and_its_pushes_are_not_slowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "REQUESTS_AT_ONCE", 20.0)
    monkeypatch.setattr(streaming, "REQUESTS_PER_SECOND", 1.0)
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        flooding, other = client.talk(), client.talk()
        await flooding.ask()
        response = await flooding.hear()
        await flooding.ack(response)
        for _ in range(200):
            await flooding.ask(response_nonce="nonsense")
        await other.ask()
        await other.take()
        mesh.line.publish(*virtual_services("b"))
        async with asyncio.timeout(5):
            assert len((await flooding.hear()).resources) == 2
            assert len((await other.hear()).resources) == 2
        (stream,) = [each._stream for each in mesh.server._streams if each._stream.received > 2]
        assert stream.received < 40


@pytest.mark.parametrize("moment", ["at once", "before the answer", "after it"])
@pytest.mark.parametrize("method", [SOTW, DELTA, MCP])
async def test_a_client_that_cancels_leaves_nothing(moment: str, method: str) -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        for _ in range(20):
            talk = client.talk(method)
            if moment != "at once":
                await talk.say(request_of(method))
            if moment == "after it":
                await talk.read()
            talk.call.cancel()
        await until(lambda: is_empty(mesh))


def request_of(method: str) -> bytes:
    """A first request that makes sense."""
    if method == MCP:
        name = b"istio/networking/v1alpha3/virtualservices"
        return b"\x12" + bytes([len(name)]) + name
    kind: Any = DiscoveryRequest if method == SOTW else DeltaDiscoveryRequest
    return bytes(kind(type_url=URL).SerializeToString())


async def test_nothing_is_left_of_any_streams_whatever_they_did() -> None:
    """Members, watches, views and tasks, after streams that end in any state in any way."""
    chance = random.Random(66)

    async def live(client: Any) -> None:
        talk = client.talk(chance.choice([SOTW, DELTA, MCP]))
        ends = chance.choice(["cancel", "close", "garbage"])
        for _ in range(chance.randrange(4)):
            kind = chance.choice(["VirtualService", "Gateway", "Sidecar"])
            await talk.ask(f"networking.istio.io/v1/{kind}", *chance.choice([(), ("default/a",)]))
            if chance.random() < 0.3:
                await asyncio.sleep(chance.random() / 50)
        if ends == "garbage":
            await talk.say(b"\xff")
        elif ends == "close":
            await talk.call.done_writing()
        if ends == "cancel":
            talk.call.cancel()
        else:
            await talk.ended()

    async def publish(mesh: Mesh) -> None:
        for number in range(30):
            mesh.line.publish(istio("VirtualService", "a", {"hosts": [f"{number}.example.com"]}))
            await asyncio.sleep(0.01)

    many = virtual_services(f"n{number}" for number in range(1000))  # views are built in slices
    async with serving(*many) as mesh, dialled(mesh.address) as client:
        async with asyncio.TaskGroup() as group:
            group.create_task(publish(mesh), name="publishing")
            for number in range(150):
                group.create_task(quietly(live(client)), name=f"client {number}")
        await until(lambda: is_empty(mesh))
        views = mesh.line.channel._live.views
        views.sweep(float("inf"))
        assert len(views) == 1


async def quietly(talking: Any) -> None:
    """A stream may be over before everything is said."""
    with suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
        await talking


async def test_a_stop_tells_streams_to_come_back_and_is_quick() -> None:
    loop = asyncio.get_running_loop()
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talks: list[Talk] = [client.talk() for _ in range(50)]
        for talk in talks:
            await talk.ask()
            await talk.take()
        begun = loop.time()
        await mesh.server.stop()
        assert loop.time() - begun < STOP_SECONDS
        ends = {await talk.ended() for talk in talks}
        assert ends == {("UNAVAILABLE", "the server is stopping")}
        await until(lambda: is_empty(mesh))


async def test_a_fault_of_the_server_is_told_as_one_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("of all things")

    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        monkeypatch.setattr(Sotw, "_ask", fail)
        await talk.ask(response_nonce="any")
        code, details = await talk.ended()
        assert (code, "log" in details) == ("INTERNAL", True)
        await until(lambda: is_empty(mesh))
    failures = [each for each in said.records if each.exc_info]
    assert ["of all things" in str(each.exc_info) for each in failures] == [True]
    said.clear()


async def test_streams_of_a_channel_that_goes_are_told() -> None:
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        await mesh.line.channel.close()
        code, details = await talk.ended()
        assert (code, "default" in details) == ("UNAVAILABLE", True)
