"""The main way: a saved file reaches a subscriber's mirror, a broken one does not."""

from collections.abc import Awaitable, Callable
from typing import Any

from galley.client import View

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


async def test_every_update_is_one_version_and_whole(service: Any, texts_of: Any) -> None:
    """G4, G5: what changes together arrives together, however fast, also through a filter."""
    together = ["a", "c", *(f"m{n}" for n in range(300))]
    view = View.of(["core/ConfigMap"], ["default"])
    async with (
        service.follow(node="all") as everything,
        service.follow(node="filtered", view=view, zstd=True) as filtered,
    ):
        for number in range(30):
            service.write("a.yaml", texts_of(together).replace("'1'", f"'{number}'"))
            await everything.holds(lambda names: "c" in names)
        for follower in (everything, filtered):
            await follower.holds(lambda names: names["c"] == {"x": "29"})
            for update in follower.updates[1:]:
                held = {key.name: item for key, item in update.resources.items()}
                data = [held[name].document().body["data"]["x"] for name in together]
                assert len(set(data)) == 1, update.version


async def test_the_same_inputs_give_the_same_digest_whatever_the_history(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G12: one channel came by edits, deletions and a rollback; the other reads it all at once."""
    for number in range(5):
        service.write(f"n{number}.yaml", text_of(f"n{number}", x=str(number)))
    await service.live(2)
    await service.post("/rollback", target="1", reason="and back")
    for number in reversed(range(5)):
        service.write(f"n{number}.yaml", text_of(f"n{number}", x="last"))
    (service.config / "b.yaml").unlink()
    await wait_until(lambda: holds_exactly(service, {"a", *(f"n{n}" for n in range(5))}))
    service.settings["channels"].append({**service.channel, "name": "fresh"})
    service.save_settings()
    assert (await service.ask("POST", "/api/v1/reload", json={})).status == 200
    fresh = await service.live(1, channel="fresh")
    old = await service.get("")
    assert (fresh["digest"], fresh["resources"]) == (old["digest"], 6)


async def holds_exactly(service: Any, names: set[str]) -> bool:
    found = (await service.get("/resources", manifests="true"))["resources"]
    last = [item for item in found if item["name"].startswith("n")]
    return {item["name"] for item in found} == names and all(
        item["manifest"]["data"]["x"] == "last" for item in last
    )
