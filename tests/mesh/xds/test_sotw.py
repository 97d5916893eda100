"""State of the world, rule by rule (xds_protocol.rst, and what istiod was seen to do)."""

from typing import Any

import pytest

from galley.mesh.session import StreamError
from galley.mesh.xds.session import MOST_TYPES
from pipeline.model import Key
from tests.mesh.served import istio, virtual_services
from tests.mesh.xds.conftest import URL

JUNK = "2026-11-27 12:00:00.1 +0000 UTC m=+0.1"


def key(name: str) -> Key:
    return Key("networking.istio.io/VirtualService", "default", name)


async def test_the_first_request_is_answered_whatever_nonce_it_carries(
    line: Any, world: Any
) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL, nonce=JUNK, error="of an earlier stream")
    assert client.receive() is not None


async def test_a_type_of_which_there_is_nothing_is_answered(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    for url in ("security.istio.io/v1/PeerAuthentication", "core/v1/Unheard"):
        client.ask(url)
        response = client.receive()
        assert (response.type_url, len(response.resources)) == (url, 0)
        assert response.version_info
        assert response.nonce


async def test_the_name_that_was_asked_for_is_echoed(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    old = "networking.istio.io/v1alpha3/VirtualService"
    client.ask(old)
    response = client.receive()
    assert response.type_url == old
    assert len(response.resources) == 1


async def test_nothing_is_told_before_something_is_live(line: Any, world: Any) -> None:
    client = world()
    client.ask(URL)
    assert client.receive() is None
    line.publish(*virtual_services("a"))
    assert client.session._opening.woken
    assert client.drain() == 1


async def test_nothing_is_told_while_forms_are_told(line: Any, world: Any) -> None:
    line.publish(*virtual_services("ab"))
    line.channel.wires([])
    client = world()
    client.ask(URL)
    line.channel.forms([line.form(virtual_services("a")[0])])
    assert client.receive() is None
    line.tell_forms()
    assert len(client.receive().resources) == 2


async def test_one_response_is_out_and_the_next_one_is_the_newest(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    first = client.receive()
    line.publish(*virtual_services("b"))
    line.publish(*virtual_services("c"))
    assert client.receive() is None
    client.answer(first)
    assert len(client.receive().resources) == 3


async def test_what_is_refused_is_not_sent_again_until_it_changes(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    client.drain()
    line.publish(*virtual_services("b"))
    client.answer(client.receive(), "b is bad")
    assert client.receive() is None
    line.publish(istio("DestinationRule", "x", {"host": "x"}))
    assert client.receive() is None
    line.publish(*virtual_services("c"))
    assert len(client.receive().resources) == 3


async def test_a_rollback_to_what_was_refused_offers_it_again(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    client.answer(client.receive(), "not now")
    line.publish(gone=(key("a"),))
    client.drain()
    line.rollback(1)
    assert len(client.receive().resources) == 1


async def test_a_rollback_offers_what_is_live_and_was_refused(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    client.answer(client.receive(), "not now")
    line.publish(istio("DestinationRule", "x", {"host": "x"}))
    line.rollback(1)
    assert client.receive() is not None


async def test_an_empty_nonce_begins_anew_under_another_nonce(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    first = client.receive()
    client.answer(first)
    client.ask(URL)
    again = client.receive()
    assert again.nonce != first.nonce
    assert again.resources == first.resources
    assert again.version_info == first.version_info


async def test_a_stale_nonce_acknowledges_nothing_and_its_names_count(
    line: Any, world: Any
) -> None:
    line.publish(*virtual_services("ab"))
    client = world()
    client.ask(URL, "default/a")
    first = client.receive()
    assert [each.value for each in first.resources]
    client.ask(URL, "default/a", "default/b", nonce=JUNK)
    assert client.receive() is None
    client.ask(URL, "default/a", "default/b", nonce=first.nonce)
    assert len(client.receive().resources) == 2


async def test_a_version_is_the_same_whenever_the_content_is(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    one = world()
    one.ask(URL)
    first = one.receive()
    one.answer(first)
    line.publish(*virtual_services("b"))
    second = one.receive()
    one.answer(second)
    line.publish(gone=(key("b"),))
    third = one.receive()
    assert third.version_info == first.version_info != second.version_info


async def test_content_that_went_and_came_back_unseen_is_had(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    client = world()
    client.ask(URL)
    client.drain()
    assert line.channel.members.connected() == (1, 1)
    line.publish(*virtual_services("b"))
    line.publish(gone=(key("b"),))
    assert line.channel.members.connected() == (1, 0)
    assert client.receive() is None
    assert line.channel.members.connected() == (1, 1)


async def test_all_streams_that_take_a_step_write_the_same_bytes(line: Any, world: Any) -> None:
    line.publish(*virtual_services("a"))
    one, other = world(), world()
    one.ask(URL)
    other.ask(URL)
    assert one.session.next().data is other.session.next().data


async def test_a_mesh_config_counts_as_taken_as_istiod_does_not_say_so(
    line: Any, world: Any
) -> None:
    config = istio("mesh.istio.io/MeshConfig", "meshconfig", {"trustDomain": "a"})
    line.publish(config)
    client = world()
    client.ask("core/v1alpha1/MeshConfig")
    response = client.receive()
    assert response.resources[0].type_url.endswith("/istio.mesh.v1alpha1.MeshConfig")
    assert line.channel.members.connected() == (1, 1)
    line.publish(*virtual_services("a"))
    line.publish(istio("mesh.istio.io/MeshConfig", "meshconfig", {"trustDomain": "b"}))
    assert client.receive() is not None


async def test_a_stream_has_a_bound_of_types(line: Any, world: Any) -> None:
    client = world()
    for number in range(MOST_TYPES):
        client.ask(f"some.group/v1/Kind{number}")
    with pytest.raises(StreamError, match="types on one stream"):
        client.ask("some.group/v1/Other")


async def test_bytes_that_are_no_request_end_the_stream(world: Any) -> None:
    with pytest.raises(StreamError, match="no DiscoveryRequest") as found:
        world().session.take(b"\xff\xff\xff")
    assert found.value.code == "INVALID_ARGUMENT"


async def test_names_that_are_taken_back_at_once_do_not_mean_everything(
    line: Any, world: Any
) -> None:
    line.publish(*virtual_services("ab"))
    client = world()
    client.ask(URL, "default/a")
    client.ask(URL)
    assert client.receive() is None
    client.ask(URL, "*")
    assert len(client.receive().resources) == 2
