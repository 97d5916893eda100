"""Settings that change under a running service: policies, sources, and mistakes."""

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import yaml

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]

STRICTER = {
    "name": "no-x",
    "match": {"kinds": ["ConfigMap"], "namespaces": ["default"]},
    "rule": "object.data.x != '1'",
    "message": "x must not be 1",
    "level": "error",
}


async def carried(service: Any, wait_until: Wait, count: int) -> None:
    async def shown() -> bool:
        found = await service.get("/diagnostics", level="error")
        return len(found) == count and {item["state"] for item in found} <= {"carried"}

    await wait_until(shown)


async def test_a_new_policy_is_carried_on_live_content_and_freezes_nothing(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """By SIGHUP: old content breaks the rule and stays; new content that breaks it is refused."""
    async with service.follow(node="one") as follower:
        await follower.at(1)
        service.channel["policies"].append(STRICTER)
        service.save_settings()
        service.process.send_signal(signal.SIGHUP)
        await carried(service, wait_until, 2)
        service.write("c.yaml", text_of("c", x="1"))
        service.write("a.yaml", text_of("a", x="2"))
        await follower.holds(lambda names: names["a"] == {"x": "2"})
        await wait_until(lambda: service.shows("GAL0501"))
        assert set(follower.names) == {"a", "b"}
        service.write("c.yaml", text_of("c", x="2"))
        await follower.holds(lambda names: set(names) == {"a", "b", "c"})
        await carried(service, wait_until, 1)
        assert "ended" not in service.log


async def test_an_edited_policy_file_is_taken_over_by_itself(
    make_service: Callable[..., Any], text_of: Text, wait_until: Wait
) -> None:
    """A file that breaks leaves the rules in force as they were, and says where it is broken."""
    service = make_service(policies=["./rules.yaml"])
    rules = service.folder / "rules.yaml"
    rules.write_text(yaml.safe_dump({"policies": [STRICTER]}))
    service.write("a.yaml", text_of("a", x="2"))
    await service.start()
    await service.live(1)
    rules.write_text("policies: [{name: broken, rule: 'object.'}]\n")

    async def problem() -> Any:
        found = await service.get("/diagnostics", level="error")
        return [item for item in found if item["state"] == "environment"]

    await wait_until(problem)
    service.write("b.yaml", text_of("b", x="1"))
    await wait_until(lambda: service.shows("GAL0501"))
    assert await service.names() == {"a"}
    rules.write_text(yaml.safe_dump({"policies": [{**STRICTER, "rule": "true"}]}))
    await service.live(2)
    assert await service.names() == {"a", "b"}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"polices": []}, "policies"),
    ({"policies": [{"name": "p", "rule": "object."}]}, "invalid"),
    ({"publish": {"on_error": "explode"}}, "on_error"),
]


async def test_wrong_settings_leave_everything_as_it_was(service: Any, text_of: Text) -> None:
    """The reload says what is wrong; subscribers, rules and sources go on."""
    before = await service.get("")
    good = dict(service.channel)
    async with service.follow(node="one") as follower:
        await follower.at(1)
        for wrong, what in WRONG:
            service.channel.update(wrong)
            service.save_settings()
            answer = await service.ask("POST", "/api/v1/reload", json={})
            assert answer.status == 422 or "stays as it was" in answer.body["warnings"][0]
            assert what in str(answer.body)
            service.channel.clear()
            service.channel.update(good)
        service.write("bad.yaml", text_of("bad", bad="1"))
        await service.shows("GAL0501")
        service.write("c.yaml", text_of("c", x="1"))
        await follower.holds(lambda names: set(names) == {"a", "b", "c"})
        assert (await service.get(""))["environment"] == before["environment"]


async def test_plan_validate_and_publication_agree(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G12: the digest that plan foretells is the digest that then ships."""
    other = service.folder / "other"
    other.mkdir()
    (other / "a.yaml").write_text(text_of("a", x="2"))
    (other / "c.yaml").write_text(text_of("c", x="1", bad="1"))
    code, said = await service.cli("plan", str(other), "-o", "json")
    assert (code, "bad is not allowed" in said) == (1, True), said
    settings = str(service.folder / "galley.yaml")
    code, said = await service.cli("validate", "-c", settings, str(other))
    assert (code, "bad is not allowed" in said) == (1, True), said
    (other / "c.yaml").write_text(text_of("c", x="1"))
    files = [{"name": path.name, "text": path.read_text()} for path in other.iterdir()]
    planned = (await service.post("/plan", files=files)).body
    assert planned["publishable"] is True
    assert await service.version() == 1
    for path in other.iterdir():
        service.write(path.name, path.read_text())
    (service.config / "b.yaml").unlink()

    async def shipped() -> bool:
        return bool((await service.get(""))["digest"] == planned["digest"])

    await wait_until(shipped)


async def test_another_limit_for_messages_to_meshes_is_taken_over(
    make_service: Callable[..., Any], wait_until: Wait
) -> None:
    """And a worker that is started anew knows the limit too."""
    service = make_service(wires=["mcp"], policies=[])
    service.settings["mesh_listen"] = "127.0.0.1:0"
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "many", "namespace": "default"},
        "spec": {"hosts": [f"h{number:05}.example.com" for number in range(3000)]},
    }
    service.write("many.yaml", yaml.safe_dump(document))
    await service.start()
    await service.live(1)
    assert await service.get("/diagnostics") == []
    service.settings["mesh"] = {"max_message": 65536}
    service.save_settings()
    service.process.send_signal(signal.SIGHUP)
    assert (await service.shows("GAL0818"))["level"] == "warning"
    await wait_until(lambda: "Settings taken over" in service.log)
    (worker,) = service.workers()
    os.kill(worker, signal.SIGKILL)

    async def told_again() -> bool:
        answer = await service.ask("GET", "/api/v1/channels/mesh/diagnostics")
        return worker not in service.workers() and "GAL0818" in str(answer.body)

    await wait_until(told_again)
