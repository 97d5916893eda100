"""Disks that are full, read-only or damaged, clocks that jump, and folders that flap."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]
Make = Callable[..., Any]

CLOCK = """
import pathlib, time
_real, _file = time.time, pathlib.Path(__file__).with_name("back")
time.time = lambda: _real() - float(_file.read_text() or 0)
"""


async def test_a_full_disk_stops_publishing_and_nothing_else(
    make_service: Make, small_disk: Path, text_of: Text, wait_until: Wait
) -> None:
    """What is live is served, the problem is named; with room again it goes on by itself."""
    service = make_service()
    service.settings["data_dir"] = str(small_disk)
    service.write("a.yaml", text_of("a", x="1"))
    await service.start()
    await service.live(1)
    workers = service.workers()
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(4 * 1024 * 1024))
    service.write("a.yaml", text_of("a", x="2" * 100_000))

    async def complains() -> bool:
        return "store refuses" in (await service.get(""))["problem"]

    await wait_until(complains)
    refused = await service.post("/holds", reason="freeze")
    assert refused.status in {503, 507}, refused.body
    assert "full" in str(refused.body)
    async with service.follow(node="late") as follower:
        await follower.at(1)
        assert follower.names == {"a": {"x": "1"}}
        filler.unlink()
        await follower.at(2)
    assert service.workers() == workers
    assert (await service.get(""))["problem"] == ""
    assert (await service.get("/check"))["ok"] is True


async def test_a_store_that_cannot_be_written_is_refused_at_the_start(
    make_service: Make, small_disk: Path, text_of: Text
) -> None:
    """The process ends with a line that names the file, and no traceback."""
    service = make_service()
    service.settings["data_dir"] = str(small_disk)
    service.write("a.yaml", text_of("a", x="1"))
    await service.start()
    await service.live(1)
    await service.stop()
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    await asyncio.to_thread(subprocess.run, remount, check=True)
    before = len(service.log)
    process = service.spawn()
    assert process.wait(30) not in (0, None)
    said = service.log[before:]
    assert "Traceback" not in said
    assert re.search(r"cannot start.*cannot write.*mesh\.", said), said


async def test_a_second_process_on_a_store_is_refused(
    service: Any, make_service: Make, text_of: Text
) -> None:
    """It says which process has it and what to do; the first does not notice."""
    second = make_service("second")
    second.settings["data_dir"] = str(service.folder / "data")
    assert second.spawn().wait(30) not in (0, None)
    assert "Traceback" not in second.log
    holder = rf"cannot start.*process {service.workers()[0]} holds.*use another data_dir"
    assert re.search(holder, second.log), second.log
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)


def damage(store: Path, text: bytes) -> None:
    """Flip a byte wherever a text stands in the file of a store."""
    content = bytearray(store.read_bytes())
    places = [found.start() for found in re.finditer(re.escape(text), content)]
    assert places
    for place in places:
        content[place] ^= 0xFF
    store.write_bytes(content)


async def test_damage_is_named_and_never_served_and_other_channels_go_on(
    make_service: Make, text_of: Text, wait_until: Wait
) -> None:
    """A body that is not what its digest says, and a file that is no database any more."""
    service = make_service()
    sources = service.channel["sources"]
    service.settings["channels"] += [{"name": name, "sources": sources} for name in ("cut", "well")]
    service.write("a.yaml", text_of("a", x="a-text-to-be-found"))
    await service.start()
    for name in ("mesh", "cut", "well"):
        await service.live(1, channel=name)
    await service.stop()
    data = service.folder / "data"
    damage(data / "mesh.db", b"a-text-to-be-found")
    damage(data / "cut.db", b"SQLite format 3")
    await service.start()
    await service.live(1, channel="well")

    async def down() -> Any:
        lines = (await service.ask("GET", "/api/v1/status")).body["channels"]
        found = {line["channel"]: line for line in lines if line["state"] == "down"}
        return found if set(found) == {"mesh", "cut"} else None

    lines = await wait_until(down)
    assert "core/ConfigMap/default/a" in lines["mesh"]["problem"]
    assert "not a database" in lines["cut"]["problem"]
    assert not any(line["ready"] for line in lines.values())
    for name in lines:
        answer = await service.ask("GET", f"/api/v1/channels/{name}/snapshot")
        assert answer.status >= 400, answer.body
    code, said = await service.cli("check", "--data-dir", str(data))
    assert (code, "mesh" in said, "cut" in said) == (1, True, True), said


async def test_a_clock_that_jumps_back_an_hour_changes_nothing(
    make_service: Make, text_of: Text
) -> None:
    """G2, G3: order is by number; publishing, rolling back and following go on."""
    service = make_service()
    (service.folder / "sitecustomize.py").write_text(CLOCK)
    (service.folder / "back").write_text("0")
    service.environment["PYTHONPATH"] = str(service.folder)
    service.write("a.yaml", text_of("a", x="1"))
    await service.start()
    async with service.follow(node="one") as follower:
        await follower.at(1)
        service.write("a.yaml", text_of("a", x="2"))
        await follower.at(2)
        (service.folder / "back").write_text("3600")
        service.write("a.yaml", text_of("a", x="3"))
        await follower.at(3)
        done = await service.post("/rollback", target="previous", reason="back")
        assert (done.status, done.body["restores"]) == (200, 2)
        await follower.at(4)
        await service.kill()
        await service.start()
        service.write("b.yaml", text_of("b", x="1"))
        await follower.at(5)
        assert follower.names == {"a": {"x": "2"}, "b": {"x": "1"}}
        assert follower.versions == [1, 2, 3, 4, 5]
    times = [item["time"] for item in await service.versions()]
    assert times == sorted(times)
    assert len(set(times[1:])) == 1, "no version is older than its parent"


async def test_a_folder_that_flaps_deletes_nothing(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G10: gone, empty and back, again and again: every version holds everything."""
    away = service.folder / "away"
    async with service.follow(node="one") as follower:
        await follower.at(1)
        for number in range(40):
            service.config.rename(away)
            if number % 2:
                service.config.mkdir()
                await wait_until(lambda: True)
                shutil.rmtree(service.config)
            away.rename(service.config)
        service.write("c.yaml", text_of("c", x="1"))
        await follower.holds(lambda names: "c" in names)
        assert set(follower.names) == {"a", "b", "c"}
        assert all({"a", "b"} <= {key.name for key in u.resources} for u in follower.updates)
    assert await service.version() == 2


async def test_a_worker_that_stood_still_misses_nothing(make_service: Make, text_of: Text) -> None:
    """While it is stopped the system's queue of notifications runs over, which nobody tells."""
    service = make_service()
    service.channel["sources"][0]["rescan"] = 3600
    service.write("a.yaml", text_of("a", x="1"))
    await service.start()
    async with service.follow(node="one") as follower:
        await follower.at(1)
        (worker,) = service.workers()
        os.kill(worker, signal.SIGSTOP)
        try:
            flood(service.config)
            service.write("a.yaml", text_of("a", x="2"))
            await asyncio.sleep(2)  # what is to be noticed is how long it stands still
        finally:
            os.kill(worker, signal.SIGCONT)
        await follower.holds(lambda names: names["a"] == {"x": "2"})


def flood(folder: Path) -> None:
    """As many notifications as the system keeps for one who does not listen."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with (folder / "one.txt").open("wb", 0) as one, (folder / "other.txt").open("wb", 0) as other:
        for _ in range(most // 2 + 1):
            one.write(b".")
            other.write(b".")
