"""Repositories over ssh: a key lets in, and only a known host is talked to."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def given(sshd: Any, tmp_path: Path) -> dict[str, Any]:
    """Credentials with which one is let in."""
    place = tmp_path / "with spaces" / "known_hosts"
    place.parent.mkdir()
    place.write_text(sshd.known_hosts)
    return {"ssh_key": {"file": str(sshd.folder / "user")}, "known_hosts": {"file": str(place)}}


def know(given: Any, hosts: str) -> None:
    Path(given["known_hosts"]["file"]).write_text(hosts)


def known(given: Any) -> str:
    return Path(given["known_hosts"]["file"]).read_text()


async def test_a_repository_is_followed_over_ssh(
    repository: Any, sshd: Any, given: Any, follow: Follow, arrived: Any, manifest: Any
) -> None:
    async with follow(url=sshd.url(repository.path), credentials=given) as follower:
        assert follower.names == {"a"}
        repository.write("mesh/b.yaml", manifest("b"))
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "b"}


async def test_key_and_known_hosts_may_be_variables(
    repository: Any, sshd: Any, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_KEY", (sshd.folder / "user").read_text())
    monkeypatch.setenv("MESH_HOSTS", sshd.known_hosts)
    given = {"ssh_key": {"env": "MESH_KEY"}, "known_hosts": {"env": "MESH_HOSTS"}}
    async with follow(url=sshd.url(repository.path), credentials=given) as follower:
        assert follower.names == {"a"}


async def test_an_unknown_host_is_never_trusted(
    repository: Any, sshd: Any, given: Any, follow: Follow
) -> None:
    know(given, "# nobody\n")
    async with follow(url=sshd.url(repository.path), credentials=given, wait=False) as follower:
        await follower.troubled("GAL1104")
        assert not follower.batches
    assert known(given) == "# nobody\n"


async def test_a_host_with_another_key_is_not_trusted_until_it_is_known(
    repository: Any, sshd: Any, given: Any, follow: Follow
) -> None:
    url = sshd.url(repository.path)
    async with follow(url=url, credentials=given, interval=0.2) as follower:
        sshd.stop()
        sshd.key("host")
        sshd.start()
        await follower.troubled("GAL1104")
        assert follower.names == {"a"}
        know(given, sshd.known_hosts)
        await follower.troubled("")


async def test_a_key_that_is_no_longer_welcome_is_told_of(
    repository: Any, sshd: Any, given: Any, follow: Follow
) -> None:
    url = sshd.url(repository.path)
    async with follow(url=url, credentials=given, interval=0.2) as follower:
        (sshd.folder / "authorized_keys").write_text("")
        await follower.troubled("GAL1103")
        assert follower.names == {"a"}
