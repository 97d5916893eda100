"""Nothing is answered before it is whole: at a start, at a worker's restart, with other wires."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from galley.protocol.control import Entry
from pipeline.model import Resource
from tests.mesh.served import Mesh, MeshLine, istio, serving, virtual_services
from tests.mesh.server.talking import MCP, dialled, names, until
from tests.mesh.server.test_streams import request_of

SILENCE = 0.2
"""Seconds in which nothing comes that should not."""


@pytest.fixture(params=["at once", "in slices"], autouse=True)
def pace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told is taken in at once, or all of it has to wait for later turns of the loop."""
    share = 60.0 if request.param == "at once" else -1.0
    monkeypatch.setattr("galley.server.turns.SHARE", share)


async def test_nothing_is_answered_before_the_first_version_and_its_forms() -> None:
    line = MeshLine()
    async with serving(line=line) as mesh, dialled(mesh.address) as client:
        line.channel.wires([])
        talk, other = client.talk(), client.talk(MCP)
        await talk.ask()
        await other.say(request_of(MCP))
        hearing = [asyncio.create_task(each.read(), name="hearing") for each in (talk, other)]
        line.publish(*virtual_services("ab"))
        assert not (await asyncio.wait(hearing, timeout=SILENCE))[0]
        assert mesh.subscribers()[0].state == "pending"
        line.tell_forms()
        first, second = await asyncio.gather(*hearing)
        assert first
        assert second
        assert len(second) > 50


def entry(each: Resource) -> Entry:
    return Entry(each.key.collection, each.key.namespace, each.key.name, each.digest, each.content)


def restarting(line: MeshLine, *content: Resource) -> Iterator[None]:
    """A worker that restarts with this content, step by step."""
    line.versions[line.number] = {each.key: each for each in content}
    channel = line.channel
    channel.opened(line.lineage)
    yield
    for each in content:
        channel.content([entry(each)])
        yield
    channel.live(line.note())
    yield
    channel.wires([])
    for each in content:
        channel.forms([line.form(each)])
        yield
    channel.wires(list(line.wires))


async def test_a_restarted_worker_is_not_heard_before_it_has_told_everything() -> None:
    """Nobody is sent less than there is, and afterwards exactly what changed."""
    before = virtual_services("abc")
    after = [*virtual_services("ab"), istio("VirtualService", "d"), istio("Gateway", "g")]
    async with serving(*before, istio("Gateway", "g")) as mesh, dialled(mesh.address) as client:
        talk, gateways = client.talk(), client.talk()
        await talk.ask()
        await gateways.ask("networking.istio.io/v1/Gateway")
        assert names(await talk.take()) == {"default/a", "default/b", "default/c"}
        await gateways.take()
        await synced(mesh, 2)
        hearing = asyncio.create_task(talk.hear(), name="hearing")
        same = asyncio.create_task(gateways.hear(), name="nothing new")
        mesh.line.number += 1
        steps = restarting(mesh.line, *after)
        for _ in steps:
            late = client.talk()
            await late.ask()
            await asyncio.sleep(0.02)  # whatever is wrong would be sent now
            assert not hearing.done()
            late.call.cancel()
        response = await hearing
        assert names(response) == {"default/a", "default/b", "default/d"}
        await talk.ack(response)
        await synced(mesh, 2)
        assert not (await asyncio.wait([same], timeout=SILENCE))[0]
        same.cancel()


async def test_a_restart_that_changes_nothing_sends_nothing() -> None:
    content = virtual_services("abc")
    async with serving(*content) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        await synced(mesh, 1)
        hearing = asyncio.create_task(talk.hear(), name="hearing")
        for _ in restarting(mesh.line, *content):
            await asyncio.sleep(0)
        assert not (await asyncio.wait([hearing], timeout=SILENCE))[0]
        mesh.line.publish(*virtual_services("d"))
        assert len((await hearing).resources) == 4


async def test_many_resources_come_back_whole_after_a_restart() -> None:
    """The load takes many slices, and the forms come while it goes on."""
    content = virtual_services(f"n{number}" for number in range(3000))
    async with serving(*content) as mesh, dialled(mesh.address) as client:
        changed = [*content[1:], istio("VirtualService", "new")]
        talk = client.talk()
        await talk.ask()
        assert len((await talk.take()).resources) == 3000
        mesh.line.number += 1
        for _ in restarting(mesh.line, *changed):
            pass
        assert names(await talk.take()) == {f"default/{each.key.name}" for each in changed}


async def test_versions_that_follow_each_other_do_not_lend_each_other_forms() -> None:
    """What a version is told with is its own, however soon the next one comes."""
    many = virtual_services(f"n{number}" for number in range(500))
    async with serving(*many) as mesh, dialled(mesh.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        seen: dict[str, set[bytes]] = {}
        hosts: set[int] = set()
        for number in range(20):
            spec = {"hosts": [f"h{number}.example.com"]}
            mesh.line.publish(*(istio("VirtualService", f"n{each}", spec) for each in range(500)))
        while hosts != {19}:
            response = await talk.take()
            body = b"".join(sorted(each.value for each in response.resources))
            seen.setdefault(response.version_info, set()).add(body)
            hosts = {n for n in range(20) if b"h%d.example.com" % n in body}
            assert len(hosts) == 1
        assert all(len(bodies) == 1 for bodies in seen.values())


async def test_a_wire_that_is_taken_out_is_silent_and_one_that_comes_is_told_everything() -> None:
    async with serving(*virtual_services("ab")) as mesh, dialled(mesh.address) as client:
        xds, mcp = client.talk(), client.talk(MCP)
        await xds.ask()
        await xds.take()
        line = mesh.line
        line.wires = ("istio",)
        rewire(line)
        await mcp.say(request_of(MCP))
        hearing = asyncio.create_task(mcp.read(), name="hearing")
        line.publish(*virtual_services("c"))
        assert len((await xds.take()).resources) == 3  # one wire goes, the other goes on
        assert not (await asyncio.wait([hearing], timeout=SILENCE))[0]
        line.wires = ("istio", "mcp")
        rewire(line)
        answer = await hearing
        assert answer
        assert all(b"default/" + each in answer for each in (b"a", b"b", b"c"))
        same = asyncio.create_task(xds.hear(), name="nothing new")
        assert not (await asyncio.wait([same], timeout=SILENCE))[0]
        same.cancel()


async def test_without_wires_nothing_is_kept_of_them() -> None:
    async with serving(*virtual_services("ab")) as mesh:
        forms = mesh.line.channel.on_wires
        await until(lambda: len(forms.on("istio")) == 2)
        mesh.line.channel.wires([])
        await until(lambda: not forms.ready)
        assert len(forms.on("istio")) == 2  # as they may be told again one by one
        mesh.line.channel.wires([])
        await until(lambda: not forms._by_wire)


def rewire(line: MeshLine) -> None:
    line.channel.wires([])
    line.tell_forms()


async def synced(mesh: Mesh, number: int) -> None:
    members: Callable[[], tuple[int, int]] = mesh.line.channel.members.connected
    await until(lambda: members() == (number, number))
