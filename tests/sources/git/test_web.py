"""Addresses that people can open, where a forge is known, and none where it is not."""

import pytest

from pipeline.model import Origin
from sources.git.address import Address
from sources.git.web import Web
from sources.settings import GitWeb

ORIGIN = Origin("team", "c0ffee", "mesh/a b.yaml", 7)


@pytest.mark.parametrize(
    ("url", "file", "commit"),
    [
        (
            "https://github.com/team/mesh.git",
            "https://github.com/team/mesh/blob/c0ffee/mesh/a%20b.yaml#L7",
            "https://github.com/team/mesh/commit/c0ffee",
        ),
        (
            "git@gitlab.com:team/sub/mesh.git",
            "https://gitlab.com/team/sub/mesh/-/blob/c0ffee/mesh/a%20b.yaml#L7",
            "https://gitlab.com/team/sub/mesh/-/commit/c0ffee",
        ),
        (
            "ssh://git@codeberg.org:22/team/mesh",
            "https://codeberg.org/team/mesh/src/commit/c0ffee/mesh/a%20b.yaml#L7",
            "https://codeberg.org/team/mesh/commit/c0ffee",
        ),
        (
            "https://bitbucket.org/team/mesh.git",
            "https://bitbucket.org/team/mesh/src/c0ffee/mesh/a%20b.yaml#lines-7",
            "https://bitbucket.org/team/mesh/commits/c0ffee",
        ),
        ("https://git.example.com/team/mesh.git", "", ""),
        ("/srv/mesh", "", ""),
    ],
)
def test_addresses_are_derived_for_forges_known_by_their_host(
    url: str, file: str, commit: str
) -> None:
    web = Web(Address(url), None)
    assert (web.file(ORIGIN), web.commit("c0ffee")) == (file, commit)


def test_a_forge_of_ones_own_is_given_by_the_settings() -> None:
    given = GitWeb(url="https://git.example.com/team/mesh/", kind="gitea")
    web = Web(Address("ssh://git@internal/mesh"), given)
    assert web.commit("c0ffee") == "https://git.example.com/team/mesh/commit/c0ffee"


def test_without_a_revision_or_a_line_less_is_said() -> None:
    web = Web(Address("https://github.com/team/mesh"), None)
    assert web.file(Origin("team", "", "a.yaml")) == ""
    whole = web.file(Origin("team", "c0ffee", "a.yaml"))
    assert whole == "https://github.com/team/mesh/blob/c0ffee/a.yaml"
