"""Where a repository lives at its forge."""

import pytest

from galley.forges.address import Home, home
from sources.forge_settings import ForgeKind

GITHUB = Home("https://api.github.com", "team/mesh")


@pytest.mark.parametrize(
    ("kind", "url", "found"),
    [
        ("github", "https://github.com/team/mesh.git", GITHUB),
        ("github", "https://GitHub.com/team/mesh/", GITHUB),
        ("github", "https://user:word@github.com/team/mesh", GITHUB),
        ("github", "git@github.com:team/mesh.git", GITHUB),
        ("github", "ssh://git@ssh.github.com:443/team/mesh.git", GITHUB),
        (
            "github",
            "https://ghe.example.com/team/mesh",
            Home("https://ghe.example.com/api/v3", "team/mesh"),
        ),
        (
            "gitlab",
            "https://gitlab.com/a/b/mesh.git",
            Home("https://gitlab.com/api/v4", "a/b/mesh"),
        ),
        ("gitlab", "git@altssh.gitlab.com:a/mesh", Home("https://gitlab.com/api/v4", "a/mesh")),
        ("gitea", "https://codeberg.org/a/m", Home("https://codeberg.org/api/v1", "a/m")),
        (
            "gitea",
            "https://h.example:3000/git/a/m.git",
            Home("https://h.example:3000/git/api/v1", "a/m"),
        ),
        ("gitea", "ssh://git@h.example:2222/a/m", Home("https://h.example/api/v1", "a/m")),
        ("gitea", "http://h.example/a/m", Home("", "a/m")),
        ("generic", "https://h.example/a/m", Home("", "a/m")),
        ("github", "https://github.com/mesh", Home("", "")),
        ("github", "file:///srv/git/mesh.git", Home("", "")),
        ("github", "/srv/git/mesh.git", Home("", "")),
        ("github", "./git:old/mesh", Home("", "")),
        ("github", "", Home("", "")),
    ],
)
def test_api_and_path_are_told_from_the_address(kind: ForgeKind, url: str, found: Home) -> None:
    assert home(kind, url) == found
