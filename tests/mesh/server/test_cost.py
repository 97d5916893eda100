"""What a change costs: little more than to write its bytes to as many streams."""

import time
from collections.abc import Awaitable, Callable

import pytest

from galley.mesh.mcp.session import McpSession
from galley.mesh.message import Message
from tests.bench.bench import child
from tests.mesh.served import istio, serving

STREAMS = 500
ROUNDS = 5
MOST = 3.0
"""Times the processor time of a bare server; the benchmark says more exactly what it is."""


async def processor(work: Callable[[int], Awaitable[object]]) -> float:
    """Seconds of this process for one round, the best of some."""
    best = float("inf")
    for number in range(1, ROUNDS + 1):
        begun = time.process_time()
        await work(number)
        best = min(best, time.process_time() - begun)
    return best


async def against_a_bare_server() -> float:
    """A change to many sinks, against a bare server that writes as much and hears as much."""
    route = istio("VirtualService", "a", {"hosts": ["a.example.com"]})
    async with serving(route) as mesh, child("sinks") as crowd, child("bare") as bare:
        port = int(mesh.address.rpartition(":")[2])
        await crowd.ask("connect", group="ours", kind="mcp", port=port, count=STREAMS)
        port = (await bare.ask("listen"))["port"]
        await crowd.ask("connect", group="bare", kind="bare-mcp", port=port, count=STREAMS)
        await crowd.ask("reset", group="ours")

        async def change(number: int) -> None:
            mesh.line.publish(istio("VirtualService", "a", {"hosts": [f"a{number}.example.com"]}))
            delivery = await mesh.line.channel.delivered(mesh.line.number, timeout=20)
            assert delivery.outcome == "acked"

        ours = await processor(change)
        size = (await crowd.ask("report", group="ours"))["bytes"] // (ROUNDS * STREAMS)
        floor = min([(await bare.ask("write", size=size))["processor"] for _ in range(ROUNDS)])
        await bare.ask("stop")
    return float(ours / floor)


async def test_a_change_costs_little_more_than_to_write_it() -> None:
    assert await against_a_bare_server() < MOST


async def test_what_is_done_for_each_stream_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is able to fail."""
    following = McpSession.next

    def slowly(self: McpSession) -> Message | None:
        until = time.perf_counter() + 200e-6
        while time.perf_counter() < until:
            pass
        return following(self)

    monkeypatch.setattr(McpSession, "next", slowly)
    assert await against_a_bare_server() > MOST
