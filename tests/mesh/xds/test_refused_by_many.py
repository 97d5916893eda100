"""Thousands refuse a version for the same reason: what that is about is found out once."""

from typing import Any

import pytest

from galley.mesh import trace
from galley.mesh.watch import Watch
from pipeline.model import Key
from tests.mesh.served import MeshLine, virtual_services

SERVICES = "networking.istio.io/v1/VirtualService"
REASON = "default/a: no such host"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reasons that resources were looked through for."""
    reasons: list[str] = []
    named = trace._named

    def noted(watch: Watch, reason: str) -> list[Key]:
        reasons.append(reason)
        return named(watch, reason)

    monkeypatch.setattr(trace, "_named", noted)
    return reasons


def refuse(client: Any, reason: str) -> None:
    message = client.session.next()
    client.ask(SERVICES, nonce=message.nonce, error=reason)


def blamed(line: MeshLine) -> list[list[str]]:
    members = line.channel.members
    return [[key.name for key, _ in member.nacked] for member in members]


async def test_it_is_found_once_for_each_content_and_reason(
    line: MeshLine, world: Any, found: list[str]
) -> None:
    line.publish(*virtual_services("ab"))
    clients = [world() for _ in range(3)]
    for each in clients:
        each.ask(SERVICES)
        refuse(each, REASON)
    assert blamed(line) == [["a"]] * 3
    assert found == [REASON]

    line.publish(*virtual_services("ac"))
    refuse(clients[0], REASON)
    refuse(clients[1], "default/c: neither")
    assert blamed(line) == [["a"], ["c"], ["a"]]
    assert found == [REASON, REASON, "default/c: neither"]


async def test_what_is_remembered_has_a_bound(
    line: MeshLine, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "REMEMBERED", 2)
    line.publish(*virtual_services("ab"))
    for number in range(5):
        client = world()
        client.ask(SERVICES)
        refuse(client, f"{REASON} {number}")
        (watch,) = client.session._watches.values()
        assert 0 < len(watch.served.blames) <= 2
    assert blamed(line) == [["a"]] * 5
