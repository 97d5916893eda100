"""Repositories over https: who is let in, who is believed, and what nobody gets to see."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp import web

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]
Arrived: TypeAlias = Callable[..., Any]
SECRET = "s3cret-of-the-team"


def file_of(folder: Path, text: str = SECRET) -> dict[str, str]:
    (folder / "secret").write_text(text + "\n")
    return {"file": str(folder / "secret")}


def command_lines() -> list[bytes]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            found.append(each.read_bytes())
    return found


def contents(folder: Path) -> list[bytes]:
    return [each.read_bytes() for each in folder.rglob("*") if each.is_file()]


async def test_a_repository_is_followed_over_https_with_an_authority_of_ones_own(
    repository: Any, secure: Any, authority: Any, follow: Follow, arrived: Arrived, manifest: Any
) -> None:
    ca = {"file": str(authority.folder / "ca.pem")}
    async with follow(url=secure.url(), credentials={"ca": ca}) as follower:
        assert follower.names == {"a"}
        repository.write("mesh/b.yaml", manifest("b"))
        await arrived(follower, repository.commit())
        assert follower.names == {"a", "b"}


async def test_a_server_that_nobody_vouches_for_is_not_believed(
    repository: Any, secure: Any, follow: Follow
) -> None:
    async with follow(url=secure.url(), wait=False) as follower:
        await follower.troubled("GAL1105")
        assert not follower.batches


async def test_a_client_certificate_opens_the_door(
    repository: Any, secure: Any, authority: Any, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = authority.issue("client")
    seen = []

    async def look(request: Any, content: bytes) -> None:
        seen.append(request.transport.get_extra_info("peercert"))

    secure.trouble = look
    monkeypatch.setenv("MESH_KEY", key.read_text())
    given = {
        "ca": {"file": str(authority.folder / "ca.pem")},
        "certificate": {"file": str(certificate)},
        "key": {"env": "MESH_KEY"},
    }
    async with follow(url=secure.url(), credentials=given) as follower:
        assert follower.names == {"a"}
        assert seen
        assert all(each["subject"] == ((("commonName", "client"),),) for each in seen)


@pytest.mark.parametrize(
    ("user", "given"),
    [
        ("x-access-token", {"token": {"env": "MESH_SECRET"}}),
        ("bot", {"token": {"env": "MESH_SECRET"}, "username": "bot"}),
        ("ann", {"password": {"env": "MESH_SECRET"}, "username": "ann"}),
    ],
)
async def test_a_token_or_a_password_lets_in(
    user: str,
    given: dict[str, Any],
    repository: Any,
    forge: Any,
    follow: Follow,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forge.passwords = {user: SECRET}
    monkeypatch.setenv("MESH_SECRET", SECRET)
    async with follow(url=forge.url(), credentials=given) as follower:
        assert follower.names == {"a"}


async def test_credentials_that_expire_are_told_of_and_tried_again(
    repository: Any, forge: Any, follow: Follow, arrived: Arrived, tmp_path: Path
) -> None:
    forge.passwords = {"x-access-token": SECRET}
    given = {"token": file_of(tmp_path)}
    async with follow(url=forge.url(), credentials=given, interval=0.2) as follower:
        forge.passwords = {"x-access-token": "renewed"}
        await follower.troubled("GAL1103")
        assert follower.names == {"a"}
        file_of(tmp_path, "renewed")
        await follower.troubled("")
        await arrived(follower, repository.commit())


async def test_a_credential_that_is_not_there_is_named_by_its_place(
    repository: Any, forge: Any, follow: Follow
) -> None:
    given = {"token": {"env": "NO_SUCH_VARIABLE"}}
    async with follow(url=forge.url(), credentials=given, wait=False) as follower:
        await follower.troubled("GAL1106")
        assert "NO_SUCH_VARIABLE" in follower.source.health().problem.message


async def test_a_secret_is_nowhere_to_be_seen(
    repository: Any,
    forge: Any,
    follow: Follow,
    tmp_path: Path,
    fetched: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not on a command line, in a log, in health, or on the disk, whether it is right or wrong."""
    caplog.set_level(logging.DEBUG)
    forge.passwords = {"x-access-token": SECRET}
    monkeypatch.setenv("MESH_SECRET", SECRET)
    lines: set[bytes] = set()

    async def watch(request: Any, content: bytes) -> None:
        lines.update(command_lines())

    forge.trouble = watch
    given = {"token": {"env": "MESH_SECRET"}}
    async with follow(url=forge.url(), credentials=given, interval=0.2) as follower:
        assert any(b"fetch" in line for line in lines)
        forge.passwords = {"x-access-token": "another"}
        await follower.troubled("GAL1103")
        said = repr(follower.source.health()) + repr(follower.batches) + caplog.text
    assert not any(SECRET.encode() in line for line in lines)
    assert SECRET not in said
    files = contents(fetched)
    assert files
    assert not any(SECRET.encode() in each for each in files)


async def test_credentials_are_not_for_the_host_that_a_server_sends_us_to(
    repository: Any, forge: Any, elsewhere: Any, follow: Follow, tmp_path: Path
) -> None:
    """A redirection is followed, but what opens one door is not shown at another."""
    told: list[str | None] = []

    async def send_on(request: Any, content: bytes) -> web.Response:
        place = f"{elsewhere.address}{request.path_qs}"
        return web.Response(status=302, headers={"Location": place})

    async def note(request: web.Request, content: bytes) -> None:
        told.append(request.headers.get("Authorization"))

    forge.trouble, elsewhere.trouble = send_on, note
    elsewhere.passwords = {"x-access-token": SECRET}
    given = {"token": file_of(tmp_path)}
    async with follow(url=forge.url(), credentials=given, wait=False) as follower:
        await follower.troubled("GAL1103")
        assert elsewhere.asked
        assert not told


async def test_what_the_user_who_runs_us_has_set_up_matters_to_nobody(
    repository: Any, forge: Any, follow: Follow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a .netrc nor a configuration with a helper of one's own lets anybody in."""
    home = tmp_path / "home"
    home.mkdir()
    write(home / ".netrc", f"machine 127.0.0.1 login ann password {SECRET}\n")
    write(home / ".gitconfig", f"[http]\nextraHeader = Authorization: Basic {SECRET}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_ASKPASS", "/bin/echo")
    forge.passwords = {"ann": SECRET}
    async with follow(url=forge.url(), wait=False) as follower:
        await follower.troubled("GAL1103")
        assert not follower.batches


def write(path: Path, text: str) -> None:
    path.write_text(text)


async def test_a_repository_that_is_not_there_is_a_problem(
    repository: Any, forge: Any, follow: Follow
) -> None:
    async with follow(url=forge.url("nowhere"), wait=False) as follower:
        await follower.troubled("GAL1101")
        assert "not found" in follower.source.health().problem.message
