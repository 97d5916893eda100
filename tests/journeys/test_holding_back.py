"""What waits for an operator: holds, and candidates that would delete too much."""

from collections.abc import Awaitable, Callable
from typing import Any

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]


async def test_a_hold_keeps_versions_back_until_it_expires(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """Sources are still read and judged; the expiry lifts it by itself and says so in the audit."""
    code, said = await service.cli("hold", "--reason", "freeze", "--for", "3s")
    assert code == 0, said
    service.write("a.yaml", text_of("a", x="2"))

    async def pending() -> bool:
        glance = await service.get("")
        return bool(glance["state"] == "held" and glance["pending"] == 1)

    await wait_until(pending)
    assert await service.version() == 1
    await service.live(2)
    assert await service.get("/holds") == []
    actions = [(entry["action"], entry["actor"]) for entry in await service.get("/audit")]
    assert actions[0] == ("resume", "galley")


async def test_a_hold_survives_kill_and_is_lifted_by_resume(service: Any, text_of: Text) -> None:
    """G9: what an operator held stays held whatever happens to the processes."""
    await service.post("/holds", reason="freeze")
    await service.kill()
    service.write("a.yaml", text_of("a", x="2"))
    await service.start()
    service.write("b.yaml", text_of("b", x="2"))
    held = await service.get("/holds")
    assert [hold["reason"] for hold in held] == ["freeze"]
    assert await service.version() == 1
    code, said = await service.cli("resume", "--reason", "done")
    assert code == 0, said
    await service.live(2)


async def test_a_deletion_of_too_much_is_parked_and_published_on_demand(
    service: Any, texts_of: Callable[..., str], wait_until: Wait
) -> None:
    """The candidate has an id; confirming exactly that one publishes it, another id is refused."""
    service.write("many.yaml", texts_of(f"m{n}" for n in range(20)))
    await service.live(2)
    (service.config / "many.yaml").unlink()

    async def parked() -> Any:
        return (await service.get(""))["parked"]

    (candidate,) = await wait_until(parked)
    assert await service.version() == 2
    assert len(await service.names()) == 22
    code, said = await service.cli("publish", "--candidate", "0000", "--reason", "no")
    assert code == 5, said
    code, said = await service.cli("publish", "--candidate", candidate, "--reason", "yes")
    assert code == 0, said
    await service.live(3)
    assert await service.names() == {"a", "b"}


async def test_a_deleted_root_deletes_nothing(service: Any, wait_until: Wait) -> None:
    """G10: a folder that is gone is a source that cannot be read, not an empty one."""
    service.config.rename(service.folder / "elsewhere")

    async def failing() -> bool:
        return bool((await service.get("/sources"))[0]["state"] == "failing")

    await wait_until(failing)
    assert await service.names() == {"a", "b"}
    await service.stop()
    await service.start()
    assert await service.names() == {"a", "b"}
    assert (await service.get(""))["parked"] == []
    (service.folder / "elsewhere").rename(service.config)

    async def synced() -> bool:
        return bool((await service.get("/sources"))[0]["state"] == "synced")

    await wait_until(synced)
    assert await service.version() == 1
