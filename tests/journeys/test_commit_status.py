"""What becomes of each commit stands beside it at its forge."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from galley.client import Backoff, Client, Refused, Update
from tests.galley.worker.forges.conftest import TOKEN, Forge

Text = Callable[..., str]
Wait = Callable[..., Awaitable[Any]]


class Team:
    """A bare repository, and a work tree from which somebody pushes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "work"
        for path, options in ((folder / "mesh.git", ["--bare"]), (self.path, [])):
            command = ["git", "init", "--quiet", "--initial-branch=main", *options, str(path)]
            subprocess.run(command, check=True)
        self.git("remote", "add", "origin", str(folder / "mesh.git"))

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        done = subprocess.check_output(["git", *who, *arguments], cwd=self.path, text=True)
        return done.strip()

    def push(self, subject: str, **files: str) -> str:
        for name, text in files.items():
            (self.path / f"{name}.yaml").write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", subject)
        self.git("push", "--quiet", "origin", "main")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def team(tmp_path: Path, text_of: Text) -> Team:
    made = Team(tmp_path)
    made.push("first", a=text_of("a", x="1"), b=text_of("b", x="1"))
    return made


@pytest.fixture
async def forge() -> AsyncIterator[Forge]:
    forge = Forge()
    await forge.up()
    yield forge
    await forge.down()


@pytest.fixture
def reporting(make_service: Any, team: Team, forge: Forge) -> Any:
    """A service that tells the forge, of a kind, what becomes of the team's commits."""

    def make(kind: str) -> Any:
        source = {
            "name": "team",
            "type": "git",
            "url": "./mesh.git",
            "interval": "100ms",
            "status": {
                "kind": kind,
                "url": forge.url,
                "repository": "team/mesh",
                "token": {"env": "FORGE_TOKEN"},
            },
        }
        service = make_service(sources=[source])
        service.environment = {**os.environ, "FORGE_TOKEN": TOKEN}
        return service

    return make


def refuse_what_is_wrong(update: Update) -> None:
    for key, resource in update.upserts.items():
        if resource.document().body["data"].get("x") == "wrong":
            raise Refused("it is wrong", resources={key: "x is wrong"})


@asynccontextmanager
async def refusing(url: str) -> AsyncIterator[None]:
    """A subscriber that refuses what is wrong."""
    async with Client(url, channel="mesh", node="picky", backoff=Backoff(0.05, 0.5)) as client:
        task = asyncio.create_task(client.run(refuse_what_is_wrong), name="picky")
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def told(forge: Forge, commit: str) -> str:
    return str(forge.shown.get(commit, {}).get("description", ""))


async def both_have_it(service: Any) -> bool:
    found = await service.get("/subscribers")
    return [each["state"] for each in found] == ["synced", "synced"]


async def test_every_step_of_a_commit_is_told(
    reporting: Any, forge: Forge, team: Team, text_of: Text, wait_until: Wait
) -> None:
    service = reporting("github")
    first = team.git("rev-parse", "HEAD")
    await service.start()
    await wait_until(lambda: told(forge, first) == "Live as version 1, no subscribers")
    request = forge.told[-1]
    assert request.path == f"/repos/team/mesh/statuses/{first}"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (request.said["state"], request.said["context"]) == ("success", "galley/mesh")

    bad = team.push("bad", b=text_of("b", bad="yes"))
    await wait_until(lambda: told(forge, bad).startswith("Blocked: b.yaml:"))
    assert "GAL0501" in told(forge, bad)
    assert forge.shown[bad]["state"] == "failure"

    async with service.follow(node="good"), refusing(service.address):
        await wait_until(lambda: both_have_it(service))
        wrong = team.push("wrong", a=text_of("a", x="wrong"), b=text_of("b", x="1"))
        await wait_until(
            lambda: told(forge, wrong) == "Live as version 2, had by 1 of 2, refused by 1"
        )
        assert forge.shown[wrong]["state"] == "failure"
        (nacked,) = [each for each in await service.get("/subscribers") if each["nacked"]]
        (origin,) = nacked["nacked"]
        assert (origin["file"], origin["revision"]) == ("a.yaml", wrong)

        done = await service.post("/rollback", target="1", reason="wrong")
        assert done.status == 200, done.body
        await wait_until(lambda: told(forge, wrong).startswith("Rolled back by version 3"))
        other = team.push("another file", b=text_of("b", x="2"))
        await wait_until(lambda: told(forge, other).startswith("Waiting: it says what version 3"))
        assert "a.yaml" in told(forge, other)
        assert forge.shown[other]["state"] == "pending"

        mended = team.push("mended", a=text_of("a", x="right"))
        await wait_until(lambda: told(forge, mended) == "Live as version 4, had by 2 of 2")
        await wait_until(lambda: told(forge, other).startswith("Live as version 4"))
    assert TOKEN not in service.log


async def test_a_forge_that_is_down_holds_nothing_up_and_is_told_later(
    reporting: Any, forge: Forge, team: Team, text_of: Text, wait_until: Wait
) -> None:
    service = reporting("gitlab")
    await service.start()
    await service.live(1)
    await forge.down()
    commit = team.push("meanwhile", a=text_of("a", x="2"))
    await service.live(2)
    await forge.up()
    await wait_until(lambda: told(forge, commit) == "Live as version 2, no subscribers")
    # what became of the commit before may be told last
    request = next(each for each in reversed(forge.told) if each.path.endswith(commit))
    assert request.path == f"/projects/team%2Fmesh/statuses/{commit}"
    assert request.headers["PRIVATE-TOKEN"] == TOKEN


async def test_whoever_listens_is_told_everything_in_one_signed_message(
    reporting: Any, forge: Forge, team: Team, text_of: Text, wait_until: Wait
) -> None:
    service = reporting("generic")
    await service.start()
    await service.live(1)
    bad = team.push("bad", a=text_of("a", bad="yes"), b=text_of("b", bad="yes"))
    await wait_until(lambda: forge.shown.get(bad, {}).get("state") == "blocked")
    found = forge.shown[bad]["findings"]
    assert {(each["file"], each["code"]) for each in found} == {
        ("a.yaml", "GAL0501"),
        ("b.yaml", "GAL0501"),
    }
    assert all(each["line"] == 1 for each in found)
