"""The main way: a saved file reaches a subscriber's mirror, a broken one does not."""

from collections.abc import Awaitable, Callable
from typing import Any

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]


async def test_a_saved_file_reaches_the_mirror_of_a_client(service: Any, text_of: Text) -> None:
    """G5: a change of a file is in the client's mirror as the next version."""
    async with service.follow(node="one") as follower:
        await follower.holds(lambda names: names == {"a": {"x": "1"}, "b": {"x": "1"}})
        service.write("a.yaml", text_of("a", x="2"))
        await follower.holds(lambda names: names["a"] == {"x": "2"})
        assert follower.versions == sorted(set(follower.versions))
        live = await service.get("")
        assert follower.client.digest.hex() == live["digest"]
    assert follower.client.version == live["version"]


async def test_a_broken_file_is_shown_with_its_line_and_keeps_what_it_held(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G7, G10: nothing is published from it, API and command line say where, a fix goes through."""
    before = await service.version()
    broken = text_of("a", x="2") + "  y: [1\nz: 3\n"
    service.write("a.yaml", broken)

    async def shown() -> Any:
        found = await service.get("/diagnostics", level="error")
        return found and found[0]

    diagnostic = await wait_until(shown)
    assert diagnostic["file"].endswith("a.yaml")
    assert diagnostic["line"] >= 7
    assert diagnostic["column"] >= 1
    code, said = await service.cli("diagnostics")
    place = f"a.yaml:{diagnostic['line']}:{diagnostic['column']}"
    assert (code, place in said) == (1, True), said
    service.write("c.yaml", text_of("c", x="1"))
    await service.live(before + 1)
    assert await service.names() == {"a", "b", "c"}
    service.write("a.yaml", text_of("a", x="3"))
    await service.live(before + 2)
    assert await service.get("/diagnostics", level="error") == []
