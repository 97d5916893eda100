"""etcd doing the nearest thing: one key changed among many, every watcher told.

It neither validates nor versions as a whole, and watchers do not acknowledge; the time is from the
put's request to the last watcher's receipt, to be put beside Galley's rename to last
acknowledgement.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.bench import generate
from tests.bench.bench import Bench, child, until
from tests.bench.figures import Row
from tests.cluster.server import where


async def compare(bench: Bench) -> None:
    """Crowds of watchers over the middle number of keys."""
    program = where("etcd")
    if program is None:
        bench.notes["etcd"] = "no etcd; see CONTRIBUTING.md"
        return
    async with _running(program, bench.folder / "etcd") as port, child("watchers") as watchers:
        every = [(number, _value(number, 0)) for number in range(bench.sizes.medium)]
        for start in range(0, len(every), 500):
            await watchers.ask("put", port=port, values=every[start : start + 500])
        for count in bench.sizes.crowds:
            await watchers.ask("watch", port=port, count=count)
            await bench.pause()
            times, size = [], 0
            for revision in range(1, bench.sizes.rounds + 2):
                number = revision % bench.sizes.medium
                values = [(number, _value(number, revision))]
                answer = await watchers.ask("put", port=port, values=values)
                times.append(1000 * answer["seconds"])
                size = answer["bytes"]
                await bench.pause()
            title = f"etcd: one key among {bench.sizes.medium:,}, put to last of {count:,} watchers"
            bench.add(Row(title, "ms", tuple(times[1:]), note=f"{size:,} bytes each"))


def _value(number: int, revision: int) -> str:
    """A value of the size of an encoded resource."""
    return generate.text(number, revision)[:1040]


@asynccontextmanager
async def _running(program: str, folder: Path) -> AsyncIterator[int]:
    client, peer = _free_port(), _free_port()
    address = f"http://127.0.0.1:{client}"
    process = await asyncio.create_subprocess_exec(
        *(program, "--data-dir", str(folder), "--log-level", "error"),
        *("--listen-client-urls", address, "--advertise-client-urls", address),
        *("--listen-peer-urls", f"http://127.0.0.1:{peer}"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until(partial(_listens, client))
        await asyncio.sleep(1)
        yield client
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return int(holder.getsockname()[1])
