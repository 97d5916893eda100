"""Tokens, roles and peers, and what becomes of streams when they change."""

from typing import Any

import pytest

from galley.mesh.peers import Peers
from galley.server.access import Access, AccessError, check_exposure
from galley.settings import (
    ChannelSettings,
    MeshSettings,
    PeerSettings,
    ServiceSettings,
    TlsSettings,
)
from tests.mesh.served import virtual_services
from tests.mesh.server.houses import access, house, token
from tests.mesh.server.talking import MCP, dialled, until

CONTENTS = {"a": virtual_services("xy"), "b": virtual_services("z")}
LOCAL = {"name": "local", "network": "127.0.0.0/8"}
ELSEWHERE = {"name": "elsewhere", "network": "10.0.0.0/8"}
WITH_B: dict[str, Any] = {"groups": ({"match": {"id": "b*"}, "channel": "b"}, {"channel": "a"})}


async def test_a_token_lets_in_to_its_channels_and_no_others() -> None:
    tokens = access(reader="a:subscribe", looker="*:read", everywhere="*:subscribe")
    async with (
        house(CONTENTS, tokens=tokens, **WITH_B) as served,
        dialled(served.server.address) as client,
    ):
        for name, node, code in (
            ("reader", "n", ""),
            ("reader", "b", "PERMISSION_DENIED"),
            ("looker", "n", "PERMISSION_DENIED"),
            ("everywhere", "b", ""),
            ("nobody", "n", "UNAUTHENTICATED"),
            ("", "n", "UNAUTHENTICATED"),
        ):
            talk = client.talk(token=token(name))
            if code != "UNAUTHENTICATED":
                await talk.ask(node=node)
            if code:
                assert (await talk.ended()).code == code, name
            else:
                assert (await talk.take()).resources, name
        shown = [each.credential for each in served.lines["a"].channel.members.subscribers()]
        assert shown == ["reader"]


@pytest.mark.parametrize("scheme", ["", "Basic ", "bearer"])
async def test_a_token_is_that_of_a_bearer(scheme: str) -> None:
    async with (
        house(CONTENTS, tokens=access(reader="*:subscribe"), **WITH_B) as served,
        dialled(served.server.address) as client,
    ):
        metadata = (("authorization", scheme + token("reader")),)
        talk = client.talk(MCP)
        talk.call = client._channel.stream_stream(MCP)(metadata=metadata)
        assert (await talk.ended()).code == "UNAUTHENTICATED"


async def test_a_token_that_is_revoked_ends_its_streams_and_no_others() -> None:
    tokens = access(first="a:subscribe", second="a:subscribe")
    async with (
        house(CONTENTS, tokens=tokens, **WITH_B) as served,
        dialled(served.server.address) as client,
    ):
        first, second = (client.talk(token=token(name)) for name in ("first", "second"))
        for talk in (first, second):
            await talk.ask()
            await talk.take()
        served.retoken(access(second="a:subscribe"))
        assert (await first.ended()).code == "UNAUTHENTICATED"
        served.lines["a"].publish(*virtual_services("w"))
        assert len((await second.take()).resources) == 3


async def test_when_tokens_come_those_end_who_had_none() -> None:
    async with house({"a": CONTENTS["a"]}) as served, dialled(served.server.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        served.retoken(access(reader="a:subscribe"))
        assert (await talk.ended()).code == "UNAUTHENTICATED"


async def test_a_peer_is_known_by_its_network() -> None:
    for peer, code in ((LOCAL, ""), (ELSEWHERE, "UNAUTHENTICATED")):
        async with (
            house({"a": CONTENTS["a"]}, peers=[peer]) as served,
            dialled(served.server.address) as client,
        ):
            talk = client.talk()
            if code:
                assert (await talk.ended()).code == code
            else:
                await talk.ask()
                await talk.take()
                (shown,) = served.lines["a"].channel.members.subscribers()
                assert shown.credential == "local"


async def test_who_sends_any_token_is_not_everybody() -> None:
    """Where only peers are known, a token that nobody looks at opens nothing."""
    async with (
        house({"a": CONTENTS["a"]}, peers=[ELSEWHERE]) as served,
        dialled(served.server.address) as client,
    ):
        assert (await client.talk(token="anything").ended()).code == "UNAUTHENTICATED"


async def test_a_peer_may_what_its_settings_say() -> None:
    peer = {**LOCAL, "channels": {"b": ["subscribe"]}}
    async with (
        house(CONTENTS, peers=[peer], **WITH_B) as served,
        dialled(served.server.address) as client,
    ):
        talk = client.talk()
        await talk.ask(node="a")
        assert (await talk.ended()).code == "PERMISSION_DENIED"
        talk = client.talk()
        await talk.ask(node="b")
        assert len((await talk.take()).resources) == 1


@pytest.mark.parametrize("after", [[], [ELSEWHERE], [{**LOCAL, "channels": {"b": ["subscribe"]}}]])
async def test_peers_that_change_end_their_streams(after: list[dict[str, object]]) -> None:
    tokens = access(reader="a:subscribe")
    async with (
        house({"a": CONTENTS["a"]}, tokens=tokens, peers=[LOCAL]) as served,
        dialled(served.server.address) as client,
    ):
        peer, bearer = client.talk(), client.talk(token=token("reader"))
        for talk in (peer, bearer):
            await talk.ask()
            await talk.take()
        assert served.reload(peers=[LOCAL]) == []
        served.lines["a"].publish(*virtual_services("w"))
        await peer.take()
        await bearer.take()
        served.reload(peers=after)
        assert (await peer.ended()).code == "UNAUTHENTICATED"
        served.lines["a"].publish(*virtual_services("v"))
        await bearer.take()


async def test_peers_that_come_end_the_streams_of_those_who_are_none() -> None:
    async with house({"a": CONTENTS["a"]}) as served, dialled(served.server.address) as client:
        talk = client.talk(token="anything")
        await talk.ask()
        await talk.take()
        served.reload(peers=[ELSEWHERE])
        assert (await talk.ended()).code == "UNAUTHENTICATED"
        await until(lambda: not served.server._streams)


@pytest.mark.parametrize(
    ("host", "network", "known"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("fd00::1", "fd00::/8", True),
        ("fd00::1", "10.0.0.0/8", False),
        ("", "10.0.0.0/8", False),
    ],
)
def test_networks_of_peers(host: str, network: str, *, known: bool) -> None:
    peers = Peers([PeerSettings(name="istiod", network=network)])
    assert bool(peers.grant(Access(()), None, (), host)) is known


def test_a_peer_must_have_all_that_is_given() -> None:
    peers = Peers([PeerSettings(name="pilot", network="10.0.0.0/8", san="spiffe://*")])
    names = ("localhost", "spiffe://a/b")
    assert peers.grant(Access(()), None, names, "10.0.0.1")
    assert not peers.grant(Access(()), None, names, "11.0.0.1")
    assert not peers.grant(Access(()), None, ("localhost",), "10.0.0.1")
    assert not peers.grant(Access(()), None, (), "10.0.0.1")


TLS = TlsSettings.model_validate({"certificate": "a", "key": "b"})
PEER = PeerSettings(name="istiod", network="10.0.0.0/8")


@pytest.mark.parametrize(
    ("listen", "mesh", "more", "missing"),
    [
        ("0.0.0.0:9901", MeshSettings(), {}, "mesh.tls and tokens"),
        ("0.0.0.0:9901", MeshSettings(tls=TLS), {}, "tokens"),
        ("0.0.0.0:9901", MeshSettings(peers=(PEER,)), {}, "mesh.tls"),
        ("[::]:9901", MeshSettings(), {}, "mesh.tls and tokens"),
        ("0.0.0.0:9901", MeshSettings(tls=TLS, peers=(PEER,)), {}, ""),
        ("0.0.0.0:9901", MeshSettings(), {"insecure": True}, ""),
        ("127.0.0.1:9901", MeshSettings(), {}, ""),
    ],
)
def test_what_everybody_can_reach_is_protected(
    listen: str, mesh: MeshSettings, more: dict[str, Any], missing: str
) -> None:
    channel = ChannelSettings(name="a", wires=("istio",))
    settings = ServiceSettings(mesh_listen=listen, mesh=mesh, channels=(channel,), **more)
    if missing:
        with pytest.raises(AccessError, match=rf"mesh_listen .* and {missing} (is|are) not set"):
            check_exposure(settings)
    else:
        check_exposure(settings)
