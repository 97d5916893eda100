"""A check outside of Galley, as a user has one: a script beside the settings."""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.journeys.conftest import Service

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]

SCRIPT = f"""#!{sys.executable} -S
import json, sys
asked = json.load(sys.stdin)
bad = [each["resource"] for each in asked["changes"] if "x-bad" in str(each["after"])]
json.dump([{{"message": "x-bad is bad", "resource": key}} for key in bad], sys.stdout)
"""


@pytest.fixture
def checked(service: Service) -> Service:
    """With the check beside the settings, to be restarted."""
    path = service.folder / "check"
    path.write_text(SCRIPT)
    path.chmod(0o755)
    service.channel["checks"] = [{"name": "guard", "command": ["./check"]}]
    return service


async def test_it_is_asked_before_anything_is_published(
    checked: Any, text_of: Text, wait_until: Wait
) -> None:
    await checked.stop()
    await checked.start()
    version = await checked.version()
    checked.write("b.yaml", text_of("b", x="x-bad"))

    async def refused() -> bool:
        found = await checked.get("/diagnostics")
        return [each["message"] for each in found] == ["Check guard: x-bad is bad."]

    await wait_until(refused)
    assert await checked.version() == version
    checked.write("b.yaml", text_of("b", x="good"))
    await checked.live(version + 1)

    async def counted() -> bool:
        text = (await checked.ask("GET", "/metrics")).body
        line = 'galley_check_asked_total{channel="mesh",check="guard",outcome="blocked"} 1.0'
        return line in str(text)

    await wait_until(counted)
    assert await checked.stop() == 0


async def test_before_a_merge_it_is_asked_as_well(checked: Any, text_of: Text) -> None:
    await checked.stop()
    await checked.start()
    folder = checked.folder / "proposed"
    folder.mkdir()
    (folder / "a.yaml").write_text(text_of("a", x="x-bad"))
    settings = str(checked.folder / "galley.yaml")

    plan = await checked.cli("plan", str(folder))
    validated = await checked.cli("validate", "-c", settings, str(folder))
    without = await checked.cli("validate", "-c", settings, str(folder), "--no-checks")

    assert [plan[0], validated[0], without[0]] == [1, 1, 0], (plan, validated, without)
    assert "x-bad is bad" in plan[1]
    assert "x-bad is bad" in validated[1]
