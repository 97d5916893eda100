"""Whatever is done to the files: what the batches add up to is what a fresh read finds, and a
file that is broken or cut short takes no key away."""

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Batch, Broken, Read, Removed
from sources.files import FilesSource
from sources.settings import FilesSettings

FILES = ("a.yaml", "b.yaml", "x/c.yaml", "x/y/d.yaml")
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("write", "put", "break", "cut", "delete", "rename", "pause")),
        st.sampled_from(FILES),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)
State = dict[str, dict[str, bytes]]


def document(name: str, value: int) -> str:
    return (
        f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: {name}}}\n"
        f"spec:\n  value: {value}\n"
    )


def content(file: str, value: int) -> str:
    stem = Path(file).stem
    return "---\n".join(document(f"{stem}{number}", value) for number in range(value + 1))


def edit(root: Path, step: tuple[str, str, int]) -> None:
    """One thing that people and programs do to files."""
    what, file, value = step
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if what == "write":
        path.write_text(content(file, value))
    elif what == "put":
        (root / ".new").write_text(content(file, value))
        (root / ".new").rename(path)
    elif what == "break":
        path.write_text(content(file, value) + "---\nkind: [")
    elif what == "cut" and path.exists():
        text = path.read_text()
        path.write_text(text[: len(text) * value // 4])
    elif what == "delete":
        path.unlink(missing_ok=True)
    elif what == "rename" and path.exists():
        (root / FILES[value]).parent.mkdir(parents=True, exist_ok=True)
        path.rename(root / FILES[value])


class Sum:
    """What batches add up to."""

    def __init__(self) -> None:
        self.held: State = {}
        self.broken: set[str] = set()
        self.news = asyncio.Event()

    async def take(self, batch: Batch) -> None:
        for change in batch.changes:
            self.broken.discard(change.locator)
            if isinstance(change, Read):
                self.held[change.locator] = {
                    one.resource.key.name: one.resource.digest for one in change.resources
                }
            elif isinstance(change, Broken):
                self.broken.add(change.locator)
            elif isinstance(change, Removed):
                self.held.pop(change.locator, None)
        self.news.set()

    def readable(self) -> State:
        return {name: held for name, held in self.held.items() if name not in self.broken}


async def read_afresh(root: Path) -> Sum:
    total = Sum()
    source = FilesSource(FilesSettings(name="fresh", path=root))
    task = asyncio.create_task(source.run(total.take), name="fresh")
    await total.news.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return total


async def follow_edits(root: Path, edits: list[Any]) -> None:
    total = Sum()
    known = FilesSettings(name="team", path=root, rescan=0.1, settle=0.005)
    task = asyncio.create_task(FilesSource(known).run(total.take), name="followed")
    await total.news.wait()
    for step in edits:
        edit(root, step)
        if step[0] == "pause":
            await asyncio.sleep(0.01 * random.random())
    fresh = await read_afresh(root)
    async with asyncio.timeout(10):
        while (total.readable(), total.broken) != (fresh.readable(), fresh.broken):  # noqa: ASYNC110  # both may change
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EDITS)
def test_any_edits_end_where_a_fresh_read_does(edits: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        edit(root, ("write", "a.yaml", 2))
        asyncio.run(follow_edits(root, edits))


@settings(max_examples=10, deadline=None)
@given(st.sampled_from((0.1, 0.3, 0.6, 0.9)), st.booleans())
def test_cutting_a_file_short_in_the_middle_of_writing_takes_no_key_away(
    part: float, whole: bool
) -> None:
    """The first part of the file is there for a moment only, and may even parse."""
    text = content("a.yaml", 3)
    cut = text[: int(len(text) * part)] if not whole else document("a0", 3)

    async def check(root: Path) -> None:
        total = Sum()
        source = FilesSource(FilesSettings(name="team", path=root, rescan=0.05))
        task = asyncio.create_task(source.run(total.take), name="followed")
        await total.news.wait()
        (root / "a.yaml").write_text(cut)
        await asyncio.sleep(0.002)
        assert len(total.held["a.yaml"]) == 4
        (root / "a.yaml").write_text(text)
        (root / "b.yaml").write_text(document("b", 1))
        async with asyncio.timeout(10):
            while "b.yaml" not in total.held or total.broken:
                assert len(total.held["a.yaml"]) == 4
                await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_text(text)
        asyncio.run(check(Path(folder)))
