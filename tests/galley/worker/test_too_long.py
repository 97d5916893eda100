"""Collections that are too long for clients of MCP are told of: live, planned, after a restart."""

from typing import Any

import pytest
import yaml

from pipeline.model import Key, Resource
from tests.galley.worker.test_planning import files

LIMIT = 65536
COLLECTION = "networking.istio.io/VirtualService"


def large(name: str, hosts: int) -> Resource:
    body = {"spec": {"hosts": [f"{name}{number:05}.example.com" for number in range(hosts)]}}
    return Resource.build(Key(COLLECTION, "default", name), "networking.istio.io/v1", body=body)


def as_text(resource: Resource) -> str:
    document = {
        "apiVersion": resource.api_version,
        "kind": "VirtualService",
        "metadata": {"name": resource.key.name, "namespace": "default"},
        **resource.document().body,
    }
    return str(yaml.safe_dump(document))


@pytest.fixture
async def mesh(new_rig: Any) -> Any:
    """A channel whose clients take 64 KiB at once: some 3,200 of these hosts."""
    rig = await new_rig(wires=("mcp",), policies=())
    await rig.ask("reconfigure", settings=rig.options, max_message=LIMIT)
    await rig.until(lambda: rig.version == 1)  # of a source that holds nothing yet
    return rig


async def found(rig: Any) -> list[str]:
    return [each["code"] for each in await rig.ask("diagnostics") if each["code"] > "GAL0817"]


async def put(rig: Any, name: str, hosts: int) -> None:
    version = rig.version
    rig.put(f"{name}.yaml", large(name, hosts))
    await rig.until(lambda: rig.version == version + 1)


async def test_it_is_told_as_the_collection_grows_and_shrinks(mesh: Any) -> None:
    await put(mesh, "a", 1000)
    assert await found(mesh) == []
    await put(mesh, "b", 1800)
    assert await found(mesh) == ["GAL0818"]
    (warning,) = await mesh.ask("diagnostics", code="GAL0818")
    assert (warning["level"], warning["state"]) == ("warning", "live")
    assert f"{COLLECTION} takes " in warning["message"]
    assert "of 65,536 bytes" in warning["message"]
    await put(mesh, "b", 3000)
    assert await found(mesh) == ["GAL0819"]
    await mesh.until(lambda: mesh.health.get("health", {}).get("warnings") == 1)

    mesh.remove("b.yaml")
    await mesh.until(lambda: mesh.version == 5)
    assert await found(mesh) == []

    await mesh.ask("rollback", target="4", reason="back", actor="ann")
    assert await found(mesh) == ["GAL0819"]


async def test_what_is_counted_change_by_change_is_what_a_restart_counts(mesh: Any) -> None:
    await put(mesh, "a", 1000)
    await put(mesh, "b", 1700)
    await put(mesh, "a", 1100)
    before = await mesh.ask("diagnostics", code="GAL0818")
    assert before
    await mesh.restart()
    await mesh.settled()
    assert await found(mesh) == []  # of 4 MiB it is little
    await mesh.ask("reconfigure", settings=mesh.options, max_message=LIMIT)
    assert await mesh.ask("diagnostics", code="GAL0818") == before


async def test_a_plan_tells_what_would_be_too_long(mesh: Any) -> None:
    await put(mesh, "a", 1000)

    async def planned(**hosts: int) -> list[tuple[str, str]]:
        texts = {name: as_text(large(name, number)) for name, number in hosts.items()}
        plan = await mesh.ask("plan", files=files(**texts))
        assert plan["publishable"]
        return [(each["code"], each["level"]) for each in plan["diagnostics"]]

    assert await planned(a=1000, b=1000) == []
    assert await planned(a=1000, b=1800) == [("GAL0818", "warning")]
    assert await planned(a=1000, b=3000) == [("GAL0819", "warning")]
    assert await found(mesh) == []
    await put(mesh, "b", 1800)
    assert await planned(a=900, b=1800) == []


async def test_where_no_client_speaks_mcp_nothing_is_counted(new_rig: Any) -> None:
    rig = await new_rig(wires=("istio",), policies=())
    await rig.ask("reconfigure", settings=rig.options, max_message=LIMIT)
    await rig.until(lambda: rig.version == 1)
    await put(rig, "a", 4000)
    assert await found(rig) == []
    rig.options["wires"] = ("istio", "mcp")
    await rig.ask("reconfigure", settings=rig.options)
    assert await found(rig) == ["GAL0819"]
    rig.options["wires"] = ()
    await rig.ask("reconfigure", settings=rig.options)
    assert await found(rig) == []


async def test_it_is_told_of_a_candidate_that_waits(mesh: Any) -> None:
    await put(mesh, "a", 1000)
    await mesh.ask("hold", reason="wait", actor="ann", origin="local")
    mesh.put("b.yaml", large("b", 1800))

    async def states() -> list[str]:
        return [each["state"] for each in await mesh.ask("diagnostics", code="GAL0818")]

    async def told() -> bool:
        return await states() == ["pending"]

    await mesh.eventually(told)
    await mesh.ask("resume", reason="go", actor="ann", origin="local")
    await mesh.until(lambda: mesh.version == 3)
    assert await states() == ["live"]
