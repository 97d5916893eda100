"""What the source does with each request: the table that the original's source followed.

Row numbers are those of the table in which its behaviour was written down (istio 1.3 to 1.5,
`pkg/mcp/source/source.go`).
"""

import logging

import pytest

from galley import __version__
from tests.mesh.mcp.raw import FENCE, ROUTES, RULES, Raw, connected, names, shows
from tests.mesh.served import Mesh, istio, serving, virtual_services

TRIGGER = "$triggerCollection"


def rule(name: str, host: str = "x") -> object:
    return istio("DestinationRule", name, {"host": host})


async def test_row_1_the_refused_trigger_is_ignored(sink: Raw) -> None:
    await sink.say(TRIGGER, "0", error="unsupported", code=12)
    await sink.nothing()
    assert names(await sink.ask()) == ["default/a"]


async def test_row_2_an_unknown_collection_is_answered_and_empty(sink: Raw, mesh: Mesh) -> None:
    """Documented difference: the original ended the stream, and with it all others on it."""
    response = await sink.ask("istio/unheard/of")
    assert not response.resources
    assert response.system_version_info
    assert names(await sink.ask()) == ["default/a"]


async def test_row_2_strictly_an_unknown_collection_ends_the_stream() -> None:
    async with (
        serving(*virtual_services("a"), strict_collections=True) as mesh,
        connected(mesh.address) as sink,
    ):
        await sink.ask()
        for known in ("k8s/core/v1/pods", "istio/rbac/v1alpha1/rbacconfigs"):
            await sink.ask(known)
        await sink.say("istio/unheard/of")
        end = await sink.end()
        assert end.code.name == "INVALID_ARGUMENT"
        assert end.text == 'unsupported collection "istio/unheard/of"'


async def test_row_2_strictly_what_only_looks_like_kubernetes_is_unknown() -> None:
    async with (
        serving(*virtual_services("a"), strict_collections=True) as mesh,
        connected(mesh.address) as sink,
    ):
        await sink.say("k8s/core/v1/unheard")
        assert (await sink.end()).code.name == "INVALID_ARGUMENT"


async def test_row_3_a_first_request_is_answered_at_once(sink: Raw) -> None:
    response = await sink.ask()
    assert names(response) == ["default/a"]
    assert response.nonce
    assert not response.incremental


async def test_row_3_asking_again_while_idle_brings_everything_again(sink: Raw) -> None:
    first = await sink.ask()
    await sink.ack(first)
    again = await sink.ask()
    assert again.nonce != first.nonce
    assert again.resources == first.resources
    assert again.system_version_info == first.system_version_info


async def test_row_3_without_a_snapshot_it_waits_for_the_first() -> None:
    async with serving() as mesh, connected(mesh.address) as sink:
        await sink.say()
        await sink.say(RULES)
        mesh.line.publish(*virtual_services("a"))
        heard = [await sink.hear(), await sink.hear()]
        assert {each.collection: names(each) for each in heard} == {
            ROUTES: ["default/a"],
            RULES: [],
        }


async def test_row_4_what_is_acknowledged_is_not_sent_again(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask())
    await sink.nothing()
    mesh.line.publish(*virtual_services("b"))
    assert names(await sink.hear()) == ["default/a", "default/b"]


async def test_row_4_another_collection_is_not_sent_for_it(sink: Raw, mesh: Mesh) -> None:
    await sink.ack(await sink.ask())
    mesh.line.publish(rule("b"))  # type: ignore[arg-type]  # a resource
    assert mesh.line.number == 2
    await sink.nothing()


async def test_row_5_what_is_refused_is_not_sent_again_and_the_next_is(
    sink: Raw, mesh: Mesh
) -> None:
    await sink.ack(await sink.ask(), error="no")
    await sink.nothing()
    mesh.line.publish(*virtual_services("b"))
    assert names(await sink.hear()) == ["default/a", "default/b"]


async def test_row_5_after_a_refusal_what_it_had_is_the_next(sink: Raw, mesh: Mesh) -> None:
    """A file is mended by taking the change back: the sink is told, for it may have begun."""
    first = await sink.ask()
    await sink.ack(first)
    mesh.line.publish(*virtual_services("b"))
    await sink.ack(await sink.hear(), error="no")
    await sink.nothing()
    mesh.line.publish(gone=(virtual_services("b")[0].key,))
    assert (await sink.hear()).resources == first.resources


async def test_row_5_what_was_refused_is_offered_once_another_came_between(
    sink: Raw, mesh: Mesh
) -> None:
    """It is the next different version: the original told versions apart by number."""
    await sink.ack(await sink.ask())
    for _ in range(2):
        mesh.line.publish(*virtual_services("b"))
        refused = await sink.hear()
        assert names(refused) == ["default/a", "default/b"]
        await sink.ack(refused, error="no")
        await sink.nothing()
        mesh.line.publish(gone=(virtual_services("b")[0].key,))
        await sink.ack(await sink.hear())


async def test_row_6_an_empty_nonce_acknowledges_what_is_out(sink: Raw, mesh: Mesh) -> None:
    await sink.ask()
    await sink.say()
    await sink.nothing()
    await shows(mesh, state="synced", received=1)
    mesh.line.publish(*virtual_services("b"))
    assert names(await sink.hear()) == ["default/a", "default/b"]


async def test_row_6_and_refuses_it_with_an_error(sink: Raw, mesh: Mesh) -> None:
    """Contrary to the document, by which an error without a nonce means nothing."""
    await sink.ask()
    await sink.say(error="no")
    await sink.nothing()
    await shows(mesh, state="nacked", nack="no (code 3)")


async def test_an_error_without_a_nonce_and_nothing_out_means_nothing(
    sink: Raw, mesh: Mesh
) -> None:
    response = await sink.ask(error="of an earlier stream")
    await sink.ack(response)
    await sink.nothing()
    await shows(mesh, state="synced", nack="")


async def test_row_7_a_stale_nonce_is_ignored_and_logged(
    sink: Raw, mesh: Mesh, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="galley.mesh")
    first = await sink.ask()
    await sink.say(nonce="what is that")
    await sink.say(nonce="what is that", error="no")
    mesh.line.publish(*virtual_services("b"))
    await sink.nothing()
    assert "'what is that'" in caplog.text
    await sink.ack(first)
    assert names(await sink.hear()) == ["default/a", "default/b"]


async def test_row_7_an_answer_given_twice_is_stale(sink: Raw, mesh: Mesh) -> None:
    first = await sink.ask()
    await sink.ack(first)
    await sink.ack(first, error="no after all")
    await sink.nothing()
    await shows(mesh, state="synced", nack="")


async def test_row_7_with_an_old_nonce_on_a_new_stream_it_is_never_served(
    sink: Raw, mesh: Mesh
) -> None:
    await sink.say(nonce="17")
    mesh.line.publish(*virtual_services("b"))
    await sink.nothing()
    assert names(await sink.ask()) == ["default/a", "default/b"]  # until it asks


async def test_row_8_an_empty_collection_has_a_version_and_is_answered(sink: Raw) -> None:
    """Documented difference: the original never answered where a group had no such collection."""
    for name in (RULES, "k8s/core/v1/pods", "istio/networking/v1alpha3/synthetic/serviceentries"):
        response = await sink.ask(name)
        assert not response.resources
        assert response.system_version_info


async def test_one_response_is_out_and_what_came_meanwhile_is_skipped(
    sink: Raw, mesh: Mesh
) -> None:
    first = await sink.ask()
    for name in "bcd":
        mesh.line.publish(*virtual_services(name))
    await sink.nothing()
    await sink.ack(first)
    last = await sink.hear()
    assert names(last) == [f"default/{name}" for name in "abcd"]
    await sink.ack(last)
    await sink.nothing()


async def test_collections_do_not_wait_for_each_other(sink: Raw, mesh: Mesh) -> None:
    await sink.ask()
    await sink.ack(await sink.ask(RULES))
    mesh.line.publish(*virtual_services("b"), rule("b"))  # type: ignore[arg-type]  # a resource
    response = await sink.hear()
    assert (response.collection, names(response)) == (RULES, ["default/b"])


async def test_nonces_are_unique_on_a_stream(sink: Raw, mesh: Mesh) -> None:
    nonces = []
    for name in "bcd":
        response = await sink.ask()
        nonces.append(response.nonce)
        await sink.ack(response)
        await sink.ask(RULES)
        await sink.say(RULES)
        mesh.line.publish(*virtual_services(name))
        moved = await sink.hear()
        nonces.append(moved.nonce)
        await sink.ack(moved)
    assert len({*nonces}) == len(nonces)


async def test_a_stream_begins_with_the_version_of_the_source(sink: Raw) -> None:
    await sink.ask()
    headers = dict(await sink.stream._call.initial_metadata())
    assert headers["config.source.version"] == __version__


async def test_a_half_close_ends_it_well(sink: Raw, mesh: Mesh) -> None:
    await sink.ask()
    await sink.stream.half_close()
    assert (await sink.end()).code.name == "OK"
    await shows(mesh, state="gone")


@pytest.mark.parametrize("junk", [b"\xff", b"\x12\x05ab", b"\x12\x02\xff\xfe"])
async def test_what_is_no_request_ends_the_stream(sink: Raw, junk: bytes) -> None:
    await sink.stream.send(junk)
    end = await sink.end()
    assert end.code.name == "INVALID_ARGUMENT"
    assert "RequestResources" in end.text


async def test_a_name_without_end_ends_the_stream(sink: Raw) -> None:
    await sink.say("x" * 600)
    assert (await sink.end()).code.name == "INVALID_ARGUMENT"


async def test_there_is_an_end_to_collections(sink: Raw) -> None:
    for number in range(257):
        await sink.say(f"{FENCE}/{number}")
    for _ in range(300):
        data = await sink.stream.receive()
        if not isinstance(data, bytes):
            assert data.code.name == "RESOURCE_EXHAUSTED"
            return
    raise AssertionError("it did not end")
