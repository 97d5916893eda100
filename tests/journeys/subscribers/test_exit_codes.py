"""What an operator's command says when subscribers do not take what was published."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from galley.client import Client, Refused, Update

Text = Callable[..., str]


async def test_who_refuses_and_who_is_late_is_said_by_exit_codes(
    service: Any, connect: Callable[[str], Awaitable[Any]], text_of: Text, wait_until: Any
) -> None:
    """4: refused, with the reason; 3: not in time, with the name; the version stands."""
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)

    def picky(update: Update) -> None:
        if update.kind == "rollback":
            raise Refused("I liked version 2")

    async with Client(service.address, channel="mesh", node="picky") as client:
        running = asyncio.create_task(client.run(picky), name="picky")
        await wait_until(lambda: client.version == 2)
        code, said = await service.cli("rollback", "1", "--reason", "back", "--timeout", "20s")
        assert code == 4, said
        assert "I liked version 2" in said
        code, said = await service.cli("subscribers")
        assert "nacked" in said
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    slow = await connect(service.address)
    slow.subscribe("slow")
    await slow.acknowledge()
    service.write("b.yaml", text_of("b", x="2"))
    await service.live(4)
    code, said = await service.cli("wait", "--version", "4", "--for", "acked", "--timeout", "1s")
    assert (code, "slow" in said) == (3, True), said
    assert await service.version() == 4
