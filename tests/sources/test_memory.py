"""The source fed by hand."""

import asyncio

from pipeline.model import Batch, Diagnostic, Key, Level, Origin, Read, Removed, Resource, Revision
from pipeline.model.messages import source as messages
from sources.memory import MemorySource


def resource(name: str, value: int = 0) -> Resource:
    return Resource.build(Key("core/Thing", "default", name), "v1", body={"value": value})


async def run(source: MemorySource, batches: list[Batch]) -> None:
    async def take(batch: Batch) -> None:
        batches.append(batch)

    await source.run(take)


async def test_a_resource_without_locator_is_its_own() -> None:
    source, batches = MemorySource("hand"), list[Batch]()
    source.put(resource("a"), resource("b"), revision="7")
    task = asyncio.create_task(run(source, batches), name="memory")
    async with asyncio.timeout(5):
        await source.flushed()
        source.remove("core/Thing/default/a")
        await source.flushed()
    task.cancel()
    assert [change.locator for change in batches[0].changes] == [
        "core/Thing/default/a",
        "core/Thing/default/b",
    ]
    assert (batches[0].complete, batches[0].revision) == (True, "7")
    assert batches[1].changes == (Removed("core/Thing/default/a"),)


async def test_what_is_put_twice_before_it_is_taken_is_emitted_once() -> None:
    source, batches = MemorySource("hand"), list[Batch]()
    source.put(resource("a", 1), locator="x")
    source.put(resource("a", 2), locator="x")
    task = asyncio.create_task(run(source, batches), name="memory")
    async with asyncio.timeout(5):
        await source.flushed()
    task.cancel()
    assert len(batches[0].changes) == 1


async def test_a_revision_is_told_with_what_belongs_to_it_also_if_nothing_does() -> None:
    source, batches = MemorySource("hand"), list[Batch]()
    wrong = Diagnostic("GAL0001", Level.ERROR, "Nobody has signed it.")
    task = asyncio.create_task(run(source, batches), name="memory")
    async with asyncio.timeout(5):
        await source.flushed()
        source.revise(Revision("r2"), Revision("r1"), errors=[wrong])
        source.put(resource("a"), locator="x")
        await source.flushed()
        source.revise(Revision("r3"))
        await source.flushed()
    task.cancel()
    told = [(each.revision, each.revisions, each.errors) for each in batches[1:]]
    assert told == [
        ("r2", (Revision("r2"), Revision("r1")), (wrong,)),
        ("r3", (Revision("r3"),), ()),
    ]
    (read,) = batches[1].changes
    assert isinstance(read, Read)
    assert read.resources[0].origin == Origin("hand", "r2", "x")


async def test_it_can_say_that_it_cannot_be_read() -> None:
    source = MemorySource("hand")
    source.fail(messages.SOURCE_UNREADABLE.report(problem="on purpose"))
    assert source.health().problem is not None
    source.fail(None)
    assert source.health().problem is None
    assert source.locate(Origin("hand", "", "x"), ()) is None
