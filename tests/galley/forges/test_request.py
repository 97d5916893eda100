"""What each forge is sent is what its API asks for."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from galley.forges import signing
from galley.forges.request import Request, Target, UnknownForgeError, request, target_of
from galley.forges.status import Colour, Finding, Status, Tally
from sources.forge_settings import StatusSettings

SHA = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "a token that is long enough"
STATUS = Status(SHA, "live", Colour.SUCCESS, "Live as version 7", 7, tally=Tally(2, 1, 0))


def settings(kind: str, **more: Any) -> StatusSettings:
    return StatusSettings.model_validate({"kind": kind, "token": {"env": "TOKEN"}, **more})


def target(kind: str, at: str, **more: Any) -> Target:
    return target_of(settings(kind, **more), at, "mesh", "team-repo")


def made(kind: str, at: str, status: Status = STATUS, **more: Any) -> Request:
    return request(target(kind, at, **more), status, TOKEN, now=1000)


def test_github() -> None:
    sent = made("github", "git@github.com:team/mesh.git", target_url="https://g.example/{channel}")

    assert sent.url == f"https://api.github.com/repos/team/mesh/statuses/{SHA}"
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["Accept"] == "application/vnd.github+json"
    assert orjson.loads(sent.body) == {
        "state": "success",
        "context": "galley/mesh",
        "description": "Live as version 7, had by 1 of 2",
        "target_url": "https://g.example/mesh",
    }


def test_gitlab() -> None:
    failed = Status(SHA, "rolled-back", Colour.FAILURE, "Rolled back by version 9", 9)
    sent = made("gitlab", "https://git.example.com/a/b/mesh.git", failed)

    assert sent.url == f"https://git.example.com/api/v4/projects/a%2Fb%2Fmesh/statuses/{SHA}"
    assert sent.headers["PRIVATE-TOKEN"] == TOKEN
    assert orjson.loads(sent.body) == {
        "state": "failed",
        "name": "galley/mesh",
        "description": "Rolled back by version 9",
    }


def test_gitea() -> None:
    sent = made("gitea", "https://codeberg.org/team/mesh", context="{channel}/{source}/{other}")

    assert sent.url == f"https://codeberg.org/api/v1/repos/team/mesh/statuses/{SHA}"
    assert sent.headers["Authorization"] == f"token {TOKEN}"
    assert orjson.loads(sent.body)["context"] == "mesh/team-repo/{other}"


def test_generic_says_everything_and_is_signed() -> None:
    finding = Finding("a.yaml", 3, "GAL0101", "Two keys.")
    blocked = Status(SHA, "blocked", Colour.FAILURE, "Blocked", findings=(finding,), more=4)
    sent = made("generic", "", blocked, url="https://bot.example/status")

    assert sent.url == "https://bot.example/status"
    assert signing.signed(TOKEN, sent.headers, sent.body)
    assert signing.timely(sent.headers, 1000)
    assert TOKEN not in str(sent.headers)
    assert orjson.loads(sent.body) == {
        "channel": "mesh",
        "source": "team-repo",
        "repository": "",
        "revision": SHA,
        "state": "blocked",
        "result": "failure",
        "version": 0,
        "description": "Blocked: a.yaml:3 GAL0101 Two keys. (+4 more)",
        "findings": [{"file": "a.yaml", "line": 3, "code": "GAL0101", "message": "Two keys."}],
        "more": 4,
        "subscribers": None,
        "context": "galley/mesh",
        "target_url": "",
    }


def test_another_try_has_the_same_id_and_another_time() -> None:
    first, second = (
        request(target("generic", "", url="http://h.example"), STATUS, TOKEN, now=now)
        for now in (1000, 2000)
    )

    assert first.headers[signing.ID] == second.headers[signing.ID]
    assert first.headers[signing.TIMESTAMP] != second.headers[signing.TIMESTAMP]


def test_a_revision_and_names_cannot_leave_their_place_in_an_address() -> None:
    odd = Status("../../user", "live", Colour.SUCCESS, "Live", 7)
    sent = made(
        "github", "https://github.com/a/b", odd, target_url="https://x.example/?c={revision}"
    )

    assert sent.url.endswith("/repos/a/b/statuses/..%2F..%2Fuser")
    assert orjson.loads(sent.body)["target_url"] == "https://x.example/?c=..%2F..%2Fuser"


@pytest.mark.parametrize(
    ("kind", "url", "more"),
    [
        ("github", "file:///srv/mesh.git", {}),
        ("gitea", "http://git.example.com/team/mesh", {}),
        ("gitea", "file:///srv/mesh.git", {"url": "https://git.example.com/api/v1"}),
        ("generic", "https://github.com/team/mesh", {}),
    ],
)
def test_what_cannot_be_derived_must_be_set(kind: str, url: str, more: dict[str, str]) -> None:
    with pytest.raises(UnknownForgeError, match="is not set, and cannot be derived"):
        target(kind, url, **more)


def test_what_is_set_comes_before_what_is_derived() -> None:
    found = target(
        "gitea", "https://mirror.example/x/y", url="https://f.example/api/v1/", repository="team/m"
    )

    assert (found.api, found.repository) == ("https://f.example/api/v1", "team/m")


@pytest.mark.parametrize(
    "more",
    [
        {"token": {}},
        {"token": {"env": "A", "file": "b"}},
        {"url": "ftp://h.example"},
        {"url": "https://user:word@h.example/api"},
        {"kind": "bitbucket"},
        {"context": ""},
    ],
)
def test_settings_that_make_no_sense_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**{"kind": "github", **more})
