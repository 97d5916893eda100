"""Bytes of the protocol, worked out by hand from its field numbers."""

from galley.mesh.mcp import requests
from pipeline.model import Key, Resource
from tests.mesh.doubles.messages import Resources
from tests.mesh.mcp.raw import ROUTES, RULES, Raw, connected
from tests.mesh.served import Mesh, istio, serving

GATEWAYS = "istio/networking/v1alpha3/gateways"


def field(number: int, content: bytes) -> bytes:
    """Of text or a message: tag, length and content; the length in one byte or two."""
    length = len(content)
    size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    return bytes([number << 3 | 2]) + size + content


def nonce_of(data: bytes) -> bytes:
    return str(Resources.FromString(data).nonce).encode()


def test_a_first_request() -> None:
    data = b"\x0a\x00" + b"\x12\x22" + GATEWAYS.encode()
    request = requests.read(data)
    assert (request.collection, request.nonce, request.error) == (GATEWAYS, "", None)
    assert (request.sink, request.incremental, request.held) == ("", False, {})


def test_a_refusal_of_a_delta_that_tells_all() -> None:
    data = (
        b"\x0a\x12" + b"\x0a\x06SSEMCP" + b"\x12\x08\x0a\x01a\x12\x03b=c"  # sink_node
        b"\x12\x03x/y"  # collection
        b"\x1a\x09\x0a\x03n/a\x12\x02v1"  # initial_resource_versions
        b"\x1a\x05\x0a\x03n/b"
        b"\x22\x0217"  # response_nonce
        b"\x2a\x06\x08\x03\x12\x02no"  # error_detail
        b"\x30\x01"  # incremental
    )
    request = requests.read(data)
    assert (request.sink, request.told()) == ("SSEMCP", {"a": "b=c"})
    assert (request.collection, request.nonce) == ("x/y", "17")
    assert request.held == {"n/a": "v1", "n/b": ""}
    assert (request.code, request.error, request.incremental) == (3, "no", True)


def test_an_empty_status_refuses_too() -> None:
    request = requests.read(b"\x12\x01x\x22\x011\x2a\x00")
    assert request.error == "code 0, no reason given"


def test_what_is_unknown_is_passed_over() -> None:
    request = requests.read(b"\x12\x01x\x7a\x01z\x78\x05")
    assert request.collection == "x"


async def test_a_state_with_one_resource() -> None:
    key = Key("networking.istio.io/Gateway", "ns", "gw")
    gateway = Resource.build(
        key,
        "networking.istio.io/v1",
        labels={"app": "x"},
        annotations={"b": "2", "a": "1"},
        body={"spec": {"selector": {"istio": "ingress"}}},
    )
    async with serving(gateway) as mesh, connected(mesh.address) as sink:
        await sink.say(GATEWAYS)
        data = await sink.stream.receive()
        assert isinstance(data, bytes)
    body = field(2, field(1, b"istio") + field(2, b"ingress"))
    url = b"type.googleapis.com/istio.networking.v1alpha3.Gateway"
    metadata = (
        field(1, b"ns/gw")
        + field(3, gateway.digest.hex()[:32].encode())
        + field(4, field(1, b"app") + field(2, b"x"))
        + field(5, field(1, b"a") + field(2, b"1"))
        + field(5, field(1, b"b") + field(2, b"2"))
    )
    created = field(2, b"\x08\x80\xde\xa0\xcb\x05")  # 1,500,000,000 seconds
    resource = field(1, metadata) + field(2, field(1, url) + field(2, body)) + field(1, created)
    version = Resources.FromString(data).system_version_info.encode()
    assert data == (
        field(1, version)
        + field(2, GATEWAYS.encode())
        + field(3, resource)
        + field(5, nonce_of(data))
    )


async def test_a_state_with_nothing(sink: Raw) -> None:
    await sink.say(RULES)
    data = await sink.stream.receive()
    assert isinstance(data, bytes)
    version = Resources.FromString(data).system_version_info.encode()
    assert len(version) == 16
    assert data == field(1, version) + field(2, RULES.encode()) + field(5, nonce_of(data))


async def test_a_delta(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask(incremental=True), incremental=True)
    bare = istio("VirtualService", "b")
    mesh.line.publish(bare, gone=(Key("networking.istio.io/VirtualService", "default", "a"),))
    data = await sink.stream.receive()
    assert isinstance(data, bytes)
    url = b"type.googleapis.com/istio.networking.v1alpha3.VirtualService"
    metadata = field(1, b"default/b") + field(3, bare.digest.hex()[:32].encode())
    created = field(2, b"\x08\x80\xde\xa0\xcb\x05")
    resource = field(1, metadata) + field(2, field(1, url)) + field(1, created)
    version = Resources.FromString(data).system_version_info.encode()
    assert data == (
        field(1, version)
        + field(2, ROUTES.encode())
        + field(3, resource)
        + field(4, b"default/a")
        + b"\x30\x01"
        + field(5, nonce_of(data))
    )
