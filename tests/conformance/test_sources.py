"""Every source keeps the promises of `sources.source.Source`; a rig says how to work each."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from pipeline.model import Batch, Broken, Key, Read, Removed, Resource
from pipeline.model.messages import reading
from sources.builtin import build
from sources.settings import (
    FilesSettings,
    GitSettings,
    KindEntry,
    KubernetesSettings,
    MemorySettings,
)
from sources.source import Limits, Source, SourceContext
from tests.sources.kubernetes.conftest import Space

DEADLINE = 10.0


class Rig(Protocol):
    """Works one kind of source from the outside."""

    source: Source

    def put(self, place: str, *names: str, value: int = 0) -> None:
        """Let a place hold these resources."""

    def damage(self, place: str) -> None:
        """Let a place be unreadable."""

    def remove(self, place: str) -> None:
        """Let a place be gone."""


class FilesRig:
    """A place is a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = FilesSettings(name="team", path=folder, rescan=1)
        self.source = build(settings, SourceContext())

    def put(self, place: str, *names: str, value: int = 0) -> None:
        documents = [
            f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: {name}}}\nvalue: {value}\n"
            for name in names
        ]
        (self.folder / f"{place}.yaml").write_text("---\n".join(documents))

    def damage(self, place: str) -> None:
        (self.folder / f"{place}.yaml").write_text("kind: [")

    def remove(self, place: str) -> None:
        (self.folder / f"{place}.yaml").unlink()


class MemoryRig:
    """A place is a locator."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.source = self.memory = build(
            MemorySettings(name="team", type="memory"), SourceContext()
        )

    def put(self, place: str, *names: str, value: int = 0) -> None:
        resources = [
            Resource.build(
                Key("example.com/Thing", "default", name),
                "example.com/v1",
                body={"value": value},
            )
            for name in names
        ]
        self.memory.put(*resources, locator=place)  # type: ignore[attr-defined]  # a MemorySource

    def damage(self, place: str) -> None:
        report = reading.SYNTAX.report(language="text", problem="damaged")
        self.memory.break_(place, report)  # type: ignore[attr-defined]  # a MemorySource

    def remove(self, place: str) -> None:
        self.memory.remove(place)  # type: ignore[attr-defined]  # a MemorySource


class GitRig:
    """A place is a file in a repository; every change is a commit that a webhook tells of."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.git("init", "--quiet", "--initial-branch=main", str(self.work), inside=False)
        self.commit()
        settings = GitSettings(name="team", type="git", url=self.work)
        self.source = build(settings, SourceContext(folder=folder / "fetched"))

    def put(self, place: str, *names: str, value: int = 0) -> None:
        documents = [
            f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: {name}}}\nvalue: {value}\n"
            for name in names
        ]
        (self.work / f"{place}.yaml").write_text("---\n".join(documents))
        self.commit()

    def damage(self, place: str) -> None:
        (self.work / f"{place}.yaml").write_text("kind: [")
        self.commit()

    def remove(self, place: str) -> None:
        (self.work / f"{place}.yaml").unlink()
        self.commit()

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        if hasattr(self, "source"):
            self.source.hint()

    def git(self, *arguments: str, inside: bool = True) -> None:
        identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        place = ("-C", str(self.work)) if inside else ()
        subprocess.run(["git", *place, *identity, *arguments], check=True, capture_output=True)


class KubernetesRig:
    """A place is the objects that were last put there, in a namespace of the test."""

    space: Space
    """That of the test, for all of its rigs."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.places: dict[str, tuple[str, ...]] = {}
        settings = KubernetesSettings(
            name="team",
            type="kubernetes",
            kubeconfig=self.space.cluster.kubeconfig(),
            kinds=(KindEntry(kind="example.com/Thing"),),
            namespaces=(self.space.name,),
        )
        self.source = build(settings, SourceContext(limits=Limits(resource_bytes=2000)))

    def put(self, place: str, *names: str, value: int = 0) -> None:
        self.places[place] = names
        for name in names:
            self.space.put(name, value)

    def damage(self, place: str) -> None:
        for name in self.places[place]:
            self.space.put(name, "x" * 3000)

    def remove(self, place: str) -> None:
        for name in self.places.pop(place):
            self.space.delete(name)


class Channel:
    """Takes batches one at a time, as slowly as a test wants."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.open = asyncio.Event()
        self.open.set()
        self.taking = 0
        self.overrun = False
        self._news = asyncio.Condition()

    async def take(self, batch: Batch) -> None:
        self.taking += 1
        self.overrun = self.overrun or self.taking > 1
        await self.open.wait()
        self.batches.append(batch)
        self.taking -= 1
        async with self._news:
            self._news.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE), self._news:
            await self._news.wait_for(holds)

    def names(self) -> set[str]:
        """What the batches add up to."""
        held: dict[str, set[str]] = {}
        for batch in self.batches:
            if batch.complete:
                held = {at: each for at, each in held.items() if not at.startswith(batch.scope)}
            for change in batch.changes:
                if isinstance(change, Read):
                    held[change.locator] = {one.resource.key.name for one in change.resources}
                elif isinstance(change, Removed):
                    held.pop(change.locator, None)
        return set().union(*held.values())

    def count(self, kind: type[Read | Broken | Removed]) -> int:
        changes = [change for batch in self.batches for change in batch.changes]
        return sum(isinstance(change, kind) for change in changes)


@asynccontextmanager
async def running(source: Source) -> AsyncIterator[Channel]:
    channel = Channel()
    task = asyncio.create_task(source.run(channel.take), name="source under test")
    try:
        yield channel
    finally:
        assert not task.done(), task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(
    params=[FilesRig, GitRig, KubernetesRig, MemoryRig],
    ids=["files", "git", "kubernetes", "memory"],
)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Rig:
    if request.param is KubernetesRig:
        KubernetesRig.space = Space(request.getfixturevalue("cluster"))
    made: Rig = request.param(tmp_path)
    return made


async def test_the_first_batch_is_complete_and_the_others_are_not(rig: Rig) -> None:
    rig.put("one", "a", "b")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        assert channel.batches[0].complete
        rig.put("two", "c")
        await channel.until(lambda: channel.names() == {"a", "b", "c"})
        assert not any(batch.complete for batch in channel.batches[1:])


async def test_an_empty_source_says_so_in_a_complete_batch(rig: Rig) -> None:
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        assert (channel.batches[0].complete, channel.batches[0].changes) == (True, ())


async def test_batches_and_origins_carry_the_name_of_the_source(rig: Rig) -> None:
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        (batch,) = channel.batches
        assert batch.source == rig.source.name == "team"
        (change,) = batch.changes
        assert isinstance(change, Read)
        origin = change.resources[0].origin
        assert (origin.source, origin.locator) == ("team", change.locator)


async def test_nothing_is_emitted_before_the_batch_before_was_taken(rig: Rig) -> None:
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        channel.open.clear()
        rig.put("one", "a")
        async with asyncio.timeout(DEADLINE):
            while not channel.taking:  # noqa: ASYNC110  # some turns of the loop
                await asyncio.sleep(0)
        rig.put("two", "b")
        channel.open.set()
        await channel.until(lambda: channel.names() == {"a", "b"})
        assert not channel.overrun


async def test_a_place_that_cannot_be_read_is_broken_and_never_removed(rig: Rig) -> None:
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        rig.damage("one")
        await channel.until(lambda: channel.count(Broken) == 1)
        assert (channel.names(), channel.count(Removed)) == ({"a"}, 0)


async def test_a_mended_place_is_read_again(rig: Rig) -> None:
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        rig.damage("one")
        await channel.until(lambda: channel.count(Broken) == 1)
        rig.put("one", "a")
        await channel.until(lambda: channel.count(Read) == 2)


async def test_a_place_that_is_gone_is_removed(rig: Rig) -> None:
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        rig.remove("one")
        await channel.until(lambda: channel.count(Removed) == 1)


async def test_the_same_content_again_emits_nothing(rig: Rig) -> None:
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        rig.put("one", "a")
        rig.put("two", "b")
        await channel.until(lambda: channel.names() == {"a", "b"})
        assert channel.count(Read) == 2


async def test_health_tells_of_the_first_read(rig: Rig) -> None:
    assert (rig.source.health().synced, rig.source.health().age()) == (False, 0.0)
    rig.put("one", "a")
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        await asyncio.sleep(0)
        health = rig.source.health()
        assert (health.synced, health.locators, health.problem) == (True, 1, None)
        assert health.age() < DEADLINE


async def test_a_hint_is_welcome_at_any_time(rig: Rig) -> None:
    rig.source.hint()
    async with running(rig.source) as channel:
        rig.source.hint()
        await channel.until(lambda: bool(channel.batches))
        rig.source.hint()
        rig.put("one", "a")
        await channel.until(lambda: channel.names() == {"a"})


async def first_digests(rig: Rig) -> list[bytes]:
    rig.put("one", "a", "b", value=7)
    async with running(rig.source) as channel:
        await channel.until(lambda: bool(channel.batches))
        reads = [each for each in channel.batches[0].changes if isinstance(each, Read)]
        return [one.resource.digest for read in reads for one in read.resources]


async def test_two_sources_with_the_same_content_give_the_same_resources(
    rig: Rig, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    other = type(rig)(folder)  # type: ignore[call-arg]  # rigs take a folder
    assert await first_digests(rig) == await first_digests(other)
