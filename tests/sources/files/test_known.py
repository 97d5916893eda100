"""What the channel holds already is emitted as the channel's own object."""

import asyncio
from pathlib import Path

from pipeline.model import Batch, Read
from sources.files import FilesSource
from sources.settings import FilesSettings
from sources.source import SourceContext


async def test_a_read_waits_for_its_batch_as_what_the_channel_knows(tmp_path: Path) -> None:
    """Otherwise a first read after a restart keeps every body twice until it is complete."""
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n"
    (tmp_path / "a.yaml").write_text(manifest)
    known: dict[str, Read] = {}
    taken: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()

    def know(read: Read) -> Read:
        return known.setdefault(read.locator, Read(read.locator, read.resources))

    async def take(batch: Batch) -> None:
        taken.set_result(batch)

    settings = FilesSettings(name="files", path=tmp_path)
    running = asyncio.create_task(FilesSource(settings, SourceContext(known=know)).run(take))
    try:
        async with asyncio.timeout(10):
            batch = await taken
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [change is known["a.yaml"] for change in batch.changes] == [True]
