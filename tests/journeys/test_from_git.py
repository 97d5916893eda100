"""A repository as the source of a service: commits are published, or stopped, as one."""

import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.team import Team

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]


@pytest.fixture
def team(tmp_path: Path, text_of: Text) -> Team:
    made = Team(tmp_path / "repository")
    made.commit("first", a=text_of("a", x="1"), b=text_of("b", x="1"))
    return made


@pytest.fixture
async def followed(make_service: Any, team: Team) -> Any:
    """A service that follows the team's repository, with version 1 live."""
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[source])
    await service.start()
    await service.live(1)
    return service


async def test_a_commit_is_published_whole_or_not_at_all(
    followed: Any, team: Team, text_of: Text, wait_until: Wait
) -> None:
    """G7: what one file of a bad commit breaks keeps all of it back, until a commit mends it."""
    async with followed.follow() as follower:
        await follower.holds(lambda names: set(names) == {"a", "b"})
        team.commit("bad", a=text_of("a", x="2"), b=text_of("b", bad="yes"))
        await followed.shows("GAL0501")
        assert await followed.version() == 1
        await wait_until(lambda: "Source team is not published whole: b.yaml: " in followed.log)
        team.commit("mended", b=text_of("b", x="2"))
        await follower.holds(lambda names: names == {"a": {"x": "2"}, "b": {"x": "2"}})
        assert follower.versions == [1, 2]


async def test_a_killed_service_goes_on_from_its_mirror(
    followed: Any, team: Team, text_of: Text
) -> None:
    await followed.kill()
    team.commit("meanwhile", a=text_of("a", x="2"))
    await followed.start()
    await followed.live(2)
    assert await followed.names() == {"a", "b"}
    assert list((followed.folder / "data" / "fetched" / "mesh" / "git").glob("*/HEAD"))


async def test_a_repository_that_is_away_deletes_nothing(
    followed: Any, team: Team, text_of: Text, wait_until: Wait
) -> None:
    """G10: the source says what is wrong, what is live stays, and it goes on when it is back."""
    away = team.path.with_name("away")
    team.path.rename(away)

    async def told() -> Any:
        (source,) = await followed.get("/sources")
        return "GAL1101" in str(source)

    await wait_until(told)
    await wait_until(lambda: "Source team has a problem, GAL1101: " in followed.log)
    assert (await followed.version(), await followed.names()) == (1, {"a", "b"})
    away.rename(team.path)
    team.commit("back", a=text_of("a", x="2"))
    await followed.live(2)
    await wait_until(lambda: "Source team has no problem any more." in followed.log)
    assert followed.log.count("Source team has a problem, GAL1101: ") == 1


def make_key(path: Path) -> None:
    """A key pair for ssh, whose owner is called as the file is."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
    subprocess.run(command, check=True)


async def test_only_signed_commits_are_published(
    make_service: Any, team: Team, text_of: Text, tmp_path: Path
) -> None:
    """What nobody vouches for is stopped and said, and goes through once its signer is trusted."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed (Debian: openssh-client)")
    for name in ("ann", "bob"):
        make_key(tmp_path / name)
    team.git("config", "gpg.format", "ssh")
    team.git("config", "user.signingkey", str(tmp_path / "ann.pub"))
    team.git("commit", "--quiet", "--amend", "--no-edit", "--gpg-sign")
    keys = tmp_path / "team.keys"
    keys.write_text((tmp_path / "ann.pub").read_text())
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[source | {"trust": {"keys": ["./team.keys"]}}])
    await service.start()
    await service.live(1)
    unsigned = team.commit("in a hurry", a=text_of("a", x="2"))
    found = await service.shows("GAL1201")
    assert unsigned[:12] in str(found)
    assert await service.version() == 1
    team.git("config", "user.signingkey", str(tmp_path / "bob.pub"))
    team.git("commit", "--quiet", "--amend", "--no-edit", "--gpg-sign")
    await service.shows("GAL1202")
    assert await service.version() == 1
    keys.write_text("".join((tmp_path / f"{name}.pub").read_text() for name in ("ann", "bob")))
    await service.live(2)
    (cause,) = (await service.versions())[-1]["cause"]["sources"]
    assert cause["revisions"][0]["signer"] == "bob"


async def test_a_first_commit_that_is_refused_is_no_empty_version(
    make_service: Any, team: Team, text_of: Text
) -> None:
    """Whoever has something from before a lost store keeps it until there is something to have."""
    team.commit("bad", a=text_of("a", bad="yes"))
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[source])
    await service.start()
    await service.shows("GAL0713")
    found = await service.shows("GAL0501")
    assert found["file"] == "a.yaml"
    channel = await service.get("")
    assert (channel["version"], channel["state"]) == (0, "waiting")
    team.commit("mended", a=text_of("a", x="1"))
    await service.live(1)
    assert await service.names() == {"a", "b"}
