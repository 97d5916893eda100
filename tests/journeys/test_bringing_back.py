"""Backup and restore: the numbers go on, the lineage is new, clients notice."""

import os
import shutil
import signal
from collections.abc import Callable
from typing import Any

import pytest

Text = Callable[..., str]


async def test_a_restored_backup_is_a_new_lineage_with_higher_numbers(
    service: Any, text_of: Text
) -> None:
    """G2, G3, G11: a client that saw newer versions follows to the restored ones, not back."""
    code, said = await service.cli("backup", "monday", "--reason", "before the change")
    assert code == 0, said
    backup = service.folder / "data" / "backups" / "monday"
    async with service.follow(node="one", state=service.folder / "last-good") as follower:
        service.write("a.yaml", text_of("a", x="2"))
        await follower.at(2)
        lineage = follower.updates[-1].lineage
        await service.stop()
        service.write("a.yaml", text_of("a", x="1"))
        data = str(service.folder / "data")
        code, said = await service.cli(
            *("restore", str(backup), "--data-dir", data, "--force", "--reason", "back"),
            channel="mesh",
        )
        assert code == 0, said
        await service.start()
        await follower.at(1_000_000)
        assert follower.updates[-1].lineage != lineage
        assert follower.names == {"a": {"x": "1"}, "b": {"x": "1"}}
        service.write("a.yaml", text_of("a", x="3"))
        await follower.holds(lambda names: names["a"] == {"x": "3"})
        assert follower.versions == sorted(set(follower.versions))


async def test_a_purged_secret_is_gone_and_its_versions_are_not_restorable(
    service: Any, text_of: Text
) -> None:
    """The bytes are in no file of the store any more; a rollback to them is refused."""
    service.write("s.yaml", text_of("s", password="hunter2-hunter2"))
    await service.live(2)
    (service.config / "s.yaml").unlink()
    await service.live(3)
    key = "core/ConfigMap/default/s"
    code, said = await service.cli("purge", key, "--reason", "it leaked", "--yes")
    assert code == 0, said
    refused = await service.post("/rollback", target="2", reason="back")
    assert refused.status in {409, 422}, refused.body
    assert await service.version() == 3
    await service.stop()
    for file in (service.folder / "data").iterdir():
        assert b"hunter2-hunter2" not in file.read_bytes(), file.name
    assert "hunter2-hunter2" not in service.log


@pytest.mark.parametrize("victim", ["service", "worker"])
async def test_a_store_that_is_gone_begins_a_new_lineage_that_clients_follow(
    service: Any, text_of: Text, victim: str
) -> None:
    """G3, G11: the sources publish again; version 1 of another lineage is not older than 2."""
    async with service.follow(node="one", state=service.folder / "last-good") as follower:
        service.write("a.yaml", text_of("a", x="2"))
        await follower.at(2)
        old = follower.updates[-1].lineage
        (worker,) = service.workers()
        if victim == "service":
            await service.kill()
        else:
            os.kill(worker, signal.SIGSTOP)
        shutil.rmtree(service.folder / "data")
        service.write("b.yaml", text_of("b", x="2"))
        if victim == "service":
            await service.start()
        else:
            os.kill(worker, signal.SIGKILL)
        await follower.holds(lambda names: names == {"a": {"x": "2"}, "b": {"x": "2"}})
        last = follower.updates[-1]
        assert (last.lineage != old, last.version) == (True, 1)
        service.write("c.yaml", text_of("c", x="1"))
        await follower.holds(lambda names: "c" in names)
        assert follower.updates[-1].version == 2
