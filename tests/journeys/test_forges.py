"""A forge's webhook at the whole service: from the signed request to the live version."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECRET = "a long secret that both sides know"
HOOK = "/api/v1/channels/mesh/sources/table/webhook"


def write(table: Path, *hosts: str) -> None:
    rows = [f"{host},{host}.example.com,443" for host in hosts]
    table.write_text("\n".join(["name,host,port", *rows]) + "\n")


async def push(service: Any, secret: str, **said: Any) -> int:
    body = json.dumps({"ref": "refs/heads/main", **said}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": f"sha256={signature}"}
    return int((await service.ask("POST", HOOK, data=body, headers=headers)).status)


async def test_a_push_is_live_long_before_the_source_would_look(
    make_service: Callable[..., Any], installed_plugin: Path
) -> None:
    source = {
        "name": "table",
        "type": "plugin",
        "plugin": "hosts",
        "path": "hosts.csv",
        "options": {"every": "1h"},
        "webhook": {"kind": "github", "secret": {"file": "hook-secret"}},
    }
    service = make_service(sources=[source])
    table = service.folder / "hosts.csv"
    write(table, "a")
    await service.start()
    await service.live(1)
    (problem,) = [each["problem"] for each in await service.get("/sources")]
    assert problem["code"] == "GAL0950"  # and nothing else is the worse for it
    assert await push(service, SECRET) == 503

    (service.folder / "hook-secret").write_text(SECRET + "\n")
    write(table, "a", "b")
    assert await push(service, "another secret that is long") == 401
    assert await push(service, SECRET) == 202
    await service.live(2)
    assert await service.names() == {"a", "b"}

    write(table, "a", "b", "c")
    assert await push(service, SECRET) == 202  # here before: ignored
    assert await push(service, SECRET, after="another commit") == 202
    await service.live(3)
    assert SECRET not in service.log
