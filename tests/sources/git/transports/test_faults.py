"""Servers that hang, break off or talk nonsense: told of, tried again, nobody else's problem."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp import web

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
ALONE = """
import asyncio, sys
from pathlib import Path
from sources.git import GitSource
from sources.settings import GitSettings
from sources.source import SourceContext

async def take(batch):
    print("taken", flush=True)

settings = GitSettings(name="team", type="git", url=sys.argv[1])
asyncio.run(GitSource(settings, SourceContext(folder=Path(sys.argv[2]))).run(take))
"""


def children() -> set[int]:
    """The git processes that fetch for us, and theirs; those of the server are the server's."""
    listed = subprocess.check_output(["ps", "-eo", "pid,ppid,args"], text=True)
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    ours = {os.getpid()}
    while more := {int(pid) for pid, parent, _ in rows if int(parent) in ours} - ours:
        ours |= more
    return {int(pid) for pid, _, command in rows if int(pid) in ours and fetches(command)}


def fetches(command: str) -> bool:
    program = Path(command.split(maxsplit=1)[0]).name
    server = "http-backend" in command or "upload-pack" in command
    return (program == "git" or program.startswith("git-")) and not server


async def halfway(request: web.Request, content: bytes) -> web.StreamResponse:
    """The first half of an answer."""
    response = web.StreamResponse(headers={"Content-Type": "application/x-git-upload-pack-result"})
    response.content_length = len(content)
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    return response


async def stall(request: web.Request, content: bytes) -> web.StreamResponse | None:
    if request.method != "POST" or b"PACK" not in content:
        return None
    await halfway(request, content)
    await asyncio.Event().wait()
    raise AssertionError


async def drop(request: web.Request, content: bytes) -> web.StreamResponse | None:
    if request.method != "POST" or b"PACK" not in content:
        return None
    response = await halfway(request, content)
    assert request.transport
    request.transport.abort()
    return response


async def babble(request: web.Request, content: bytes) -> web.StreamResponse | None:
    return web.Response(body=os.urandom(2000))


async def scramble(request: web.Request, content: bytes) -> web.StreamResponse | None:
    """An answer whose pack is not what it says it is."""
    place = content.find(b"PACK")
    if place < 0:
        return None
    content = content[: place + 20] + bytes(20) + content[place + 40 :]
    kind = "application/x-git-upload-pack-result"
    return web.Response(body=content, headers={"Content-Type": kind})


async def unwell(request: web.Request, content: bytes) -> web.StreamResponse | None:
    return web.Response(status=503, text="later")


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (stall, "GAL1102"),
        (drop, "GAL1101"),
        (babble, "GAL1101"),
        (scramble, "GAL1101"),
        (unwell, "GAL1101"),
    ],
)
async def test_a_server_that_misbehaves_is_told_of_and_tried_again(
    trouble: Any, code: str, repository: Any, forge: Any, follow: Follow, manifest: Any
) -> None:
    async with follow(url=forge.url(), timeout=1, interval=0.3) as follower:
        forge.trouble = trouble
        repository.write("mesh/b.yaml", manifest("b"))
        commit = repository.commit()
        await follower.troubled(code)
        assert follower.names == {"a"}
        forge.trouble = None
        await follower.until(lambda: follower.batches[-1].revision == commit)
        await follower.troubled("")
        assert follower.names == {"a", "b"}


@pytest.mark.parametrize("trouble", [stall, drop, babble])
async def test_a_first_fetch_that_fails_is_tried_again(
    trouble: Any, repository: Any, forge: Any, follow: Follow
) -> None:
    forge.trouble = trouble
    async with follow(url=forge.url(), timeout=1, wait=False) as follower:
        async with asyncio.timeout(10):
            while not follower.source.health().problem:  # noqa: ASYNC110  # it does not tell
                await asyncio.sleep(0.01)
        forge.trouble = None
        await follower.until(lambda: follower.names == {"a"})


async def test_a_fetch_that_hangs_holds_up_neither_others_nor_the_end(
    repository: Any, forge: Any, make_repository: Any, follow: Follow, manifest: Any, arrived: Any
) -> None:
    other = make_repository("other")
    other.write("b.yaml", manifest("b"))
    other.commit()
    forge.trouble = stall
    async with follow(url=forge.url(), wait=False), follow(url=str(other.path)) as follower:
        async with asyncio.timeout(10):
            while not any("upload-pack" in each for each in forge.asked):  # noqa: ASYNC110  # above
                await asyncio.sleep(0.01)
        other.write("b.yaml", manifest("b", 1))
        await arrived(follower, other.commit())
        before = time.monotonic()
    assert time.monotonic() - before < 2
    assert not children()


def half_packs(fetched: Path) -> list[Path]:
    return list(fetched.glob("git/*/objects/pack/tmp_*"))


def leave_lock(fetched: Path) -> None:
    (place,) = fetched.glob("git/*/HEAD")
    (place.parent / "shallow.lock").write_text("")


@asynccontextmanager
async def stalled_worker(repository: Any, forge: Any, fetched: Path) -> AsyncIterator[Any]:
    """A process whose fetch hangs in the middle of a pack."""
    repository.write("noise", os.urandom(1_000_000))
    repository.commit()
    forge.trouble = stall
    command = [sys.executable, "-P", "-c", ALONE, forge.url(), str(fetched)]
    worker = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        async with asyncio.timeout(20):
            while not half_packs(fetched):  # noqa: ASYNC110  # a file tells nobody
                await asyncio.sleep(0.01)
        yield worker
    finally:
        for each in children() | {worker.pid}:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        await worker.wait()


async def test_a_killed_fetch_leaves_nothing_in_the_way(
    repository: Any, forge: Any, follow: Follow, fetched: Path
) -> None:
    """A worker killed in the middle of a pack, with its git; the next one finds what it left."""
    async with stalled_worker(repository, forge, fetched):
        pass
    leave_lock(fetched)
    forge.trouble = None
    async with follow(url=forge.url()) as follower:
        assert follower.names == {"a"}
        assert not half_packs(fetched)


async def test_a_git_that_outlives_its_worker_is_waited_for(
    repository: Any, forge: Any, follow: Follow, fetched: Path
) -> None:
    async with stalled_worker(repository, forge, fetched) as worker:
        orphans = children() - {worker.pid}
        worker.kill()
        await worker.wait()
        forge.trouble = None
        async with follow(url=forge.url(), wait=False, interval=0.2) as follower:
            await follower.troubled("GAL1109")
            for each in orphans:
                os.kill(each, signal.SIGKILL)
            await follower.until(lambda: follower.names == {"a"})
