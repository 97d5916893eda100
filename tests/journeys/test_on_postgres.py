"""The same journey with the store in PostgreSQL: a URL in the settings is all that differs."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.postgres


async def test_publish_roll_back_and_kill_over_postgres(
    make_service: Callable[..., Any], postgres: str, text_of: Any
) -> None:
    """After kill -9 the versions and the quarantine are there, and go on."""
    service = make_service()
    service.settings["store"] = postgres
    service.write("a.yaml", text_of("a", x="1"))
    service.write("b.yaml", text_of("b", x="1"))
    await service.start()
    await service.live(1)
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)
    assert (await service.post("/rollback", target="1", reason="no")).status == 200

    await service.kill()
    await service.start()
    service.write("b.yaml", text_of("b", x="2"))
    await service.live(4)

    kinds = [version["kind"] for version in await service.versions()]
    assert kinds == ["publish", "publish", "rollback", "publish"]
    assert [entry["resource"] for entry in await service.get("/quarantine")] == [
        "core/ConfigMap/default/a"
    ]
