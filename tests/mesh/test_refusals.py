"""What a client of a mesh refuses counts against the version, and is told to be stored with it."""

import asyncio

from tests.mesh.answering import GATEWAYS, connected
from tests.mesh.served import Mesh, istio, serving, virtual_services


async def state_is(mesh: Mesh, state: str) -> None:
    async with asyncio.timeout(10):
        while [each.state for each in mesh.subscribers()] != [state]:  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.01)


async def test_it_counts_as_invalid_and_is_told_with_what_it_names() -> None:
    async with serving(*virtual_services(["a"])) as mesh, connected(mesh.address) as client:
        members = mesh.line.channel.members
        await client.ask()
        await client.answer(await client.take())
        await state_is(mesh, "synced")
        mesh.line.publish(*virtual_services(["b", "c"]))
        await client.answer(await client.take(), "default/b: no such host")
        await state_is(mesh, "nacked")

        assert members.deliveries()[2] == (1, 0, 1)
        news = members.refusals.take()
        assert news is not None
        (said,) = news.refusals.values()
        assert (said.version, said.subscriber, said.wire, said.kind) == (
            2,
            "envoy-1",
            "istio",
            "invalid",
        )
        reason = "default/b: no such host"
        assert said.reason.startswith(reason)
        ((name, why),) = said.resources
        assert (name, why[: len(reason)]) == (
            "networking.istio.io/VirtualService/default/b",
            reason,
        )

        mesh.line.publish(istio("Gateway", "unrelated"))
        assert members.deliveries()[3] == (1, 0, 1)
        mesh.line.publish(*virtual_services(["d"]))
        assert members.deliveries()[4] == (1, 0, 0)
        await client.answer(await client.take())
        await state_is(mesh, "synced")
        news = members.refusals.take()
        assert news is not None
        assert (news.refusals, list(news.settled)) == ({}, ["envoy-1"])


async def test_it_stands_while_one_of_the_types_is_refused() -> None:
    async with serving(*virtual_services(["a"])) as mesh, connected(mesh.address) as client:
        members = mesh.line.channel.members
        await client.ask()
        await client.answer(await client.take(), "no")
        await state_is(mesh, "nacked")
        await client.ask(GATEWAYS)
        await client.answer(await client.take())
        async with asyncio.timeout(10):
            while not any(each.synced for each in mesh.details()[0].types):  # noqa: ASYNC110  # no event
                await asyncio.sleep(0.01)
        news = members.refusals.take()
        assert news is not None
        assert (len(news.refusals), news.settled) == (1, {})
