"""Delta, rule by rule (xds_protocol.rst)."""

from typing import Any

from pipeline.model import Key
from tests.mesh.served import istio, virtual_services
from tests.mesh.xds.conftest import URL


def key(name: str) -> Key:
    return Key("networking.istio.io/VirtualService", "default", name)


def names(response: Any) -> tuple[list[str], list[str]]:
    """Names sent, names removed; without the namespace."""
    sent = sorted(each.name.removeprefix("default/") for each in response.resources)
    return sent, sorted(name.removeprefix("default/") for name in response.removed_resources)


async def test_a_change_is_sent_alone(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("abc"))
    client = delta()
    client.ask(URL)
    first = client.receive()
    assert names(first) == (["a", "b", "c"], [])
    client.answer(first)
    line.publish(istio("VirtualService", "b", {"hosts": ["new"]}), gone=(key("c"),))
    assert names(client.receive()) == (["b"], ["c"])


async def test_who_comes_back_is_told_what_it_misses(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("abc"))
    earlier = delta()
    earlier.ask(URL)
    earlier.drain()
    held = dict(earlier.held[URL])
    line.publish(istio("VirtualService", "b", {"hosts": ["new"]}), gone=(key("c"),))
    line.publish(*virtual_services("d"))
    later = delta()
    later.ask(URL, held=held)
    assert names(later.receive()) == (["b", "d"], ["c"])


async def test_who_comes_back_and_misses_nothing_is_told_so(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("a"))
    earlier = delta()
    earlier.ask(URL)
    earlier.drain()
    later = delta()
    later.ask(URL, held=dict(earlier.held[URL]))
    assert names(later.receive()) == ([], [])


async def test_a_name_that_is_not_there_is_said_to_be_removed_and_sent_when_it_comes(
    line: Any, delta: Any
) -> None:
    line.publish(*virtual_services("a"))
    client = delta()
    client.ask(URL, "default/x")
    first = client.receive()
    assert names(first) == ([], ["x"])
    client.answer(first)
    line.publish(*virtual_services("b"))
    assert client.receive() is None
    line.publish(*virtual_services("x"))
    assert names(client.receive()) == (["x"], [])


async def test_what_is_subscribed_to_again_is_sent_again(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("ab"))
    client = delta()
    client.ask(URL, "default/a")
    client.drain()
    client.ask(URL, "default/a", "default/b")
    assert names(client.receive()) == (["a", "b"], [])


async def test_what_is_dropped_is_not_sent_any_more(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("ab"))
    client = delta()
    client.ask(URL, "default/a", "default/b")
    client.drain()
    client.ask(URL, drop=("default/a", "default/unheard"))
    line.publish(*(istio("VirtualService", each, {"hosts": ["new"]}) for each in "ab"))
    assert names(client.receive()) == (["b"], [])


async def test_what_is_dropped_while_all_is_asked_for_is_answered(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("a"))
    client = delta()
    client.ask(URL, "*", "default/a", "default/x")
    client.drain()
    client.ask(URL, drop=("default/a", "default/x"))
    assert names(client.receive()) == (["a"], ["x"])


async def test_a_wildcard_can_be_asked_for_later_and_given_up(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("ab"))
    client = delta()
    client.ask(URL, "default/a")
    client.drain()
    client.ask(URL, "*")
    assert names(client.receive())[0] == ["a", "b"]
    client = delta()
    client.ask(URL, "*", "default/a")
    client.drain()
    client.ask(URL, drop=("*",))
    line.publish(*(istio("VirtualService", each, {"hosts": ["new"]}) for each in "ab"))
    assert names(client.receive()) == (["a"], [])


async def test_after_a_refusal_the_next_step_holds_what_was_refused(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("a"))
    client = delta()
    client.ask(URL)
    client.drain()
    line.publish(*virtual_services("b"))
    client.answer(client.receive(), "b is bad")
    assert client.receive() is None
    line.publish(*virtual_services("c"))
    assert names(client.receive()) == (["b", "c"], [])


async def test_a_refused_first_state_is_not_sent_again_until_it_changes(
    line: Any, delta: Any
) -> None:
    line.publish(*virtual_services("a"))
    client = delta()
    client.ask(URL)
    client.answer(client.receive(), "bad")
    assert client.receive() is None
    line.publish(*virtual_services("b"))
    assert names(client.receive()) == (["a", "b"], [])


async def test_two_streams_behind_by_different_steps_get_different_messages(
    line: Any, delta: Any
) -> None:
    line.publish(*virtual_services("a"))
    slow, quick = delta(), delta()
    for client in (slow, quick):
        client.ask(URL)
        client.drain()
    line.publish(*virtual_services("b"))
    quick.drain()
    line.publish(*virtual_services("c"))
    assert names(slow.receive()) == (["b", "c"], [])
    assert names(quick.receive()) == (["c"], [])


async def test_a_step_from_the_same_content_is_right_for_every_later_one(
    line: Any, delta: Any
) -> None:
    line.publish(*virtual_services("a"))
    waiting, other = delta(), delta()
    for client in (waiting, other):
        client.ask(URL)
        client.drain()
    line.publish(*virtual_services("b"))
    assert names(other.receive()) == (["b"], [])
    line.publish(*virtual_services("c"))
    assert names(waiting.receive()) == (["b", "c"], [])


async def test_all_streams_that_take_a_step_write_the_same_bytes(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("a"))
    clients = [delta(), delta()]
    for client in clients:
        client.ask(URL)
        client.drain()
    line.publish(*virtual_services("b"))
    one, other = (client.session.next() for client in clients)
    assert one.data is other.data


async def test_versions_are_those_of_the_content(line: Any, delta: Any) -> None:
    line.publish(*virtual_services("a"))
    client = delta()
    client.ask(URL)
    (resource,) = client.receive().resources
    (there,) = line.content.values()
    assert resource.version == there.digest.hex()[:16]
