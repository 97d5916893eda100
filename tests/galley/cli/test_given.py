"""What a plan is given of a place is what the source there would read, however odd the place is."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from galley.cli import inline
from galley.cli.failure import Failure
from galley.cli.given import Given, stand_in
from galley.cli.reading import first_batch
from galley.protocol.results import PlanScopeResult
from galley.server.api.planning import PlanFile
from galley.settings import ChannelSettings
from galley.worker.planned import Planned
from pipeline.model import Broken, Change, Read
from sources.files import FilesSource
from sources.git import GitSource
from sources.settings import FilesSettings, GitSettings
from sources.source import Source, SourceContext

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
Said: TypeAlias = dict[str, tuple[str, ...]]
"""Locator to digests of resources, or codes of errors."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A work tree with all that is odd, and a commit of it."""
    root = tmp_path / "place"
    mesh = root / "mesh"
    mesh.mkdir(parents=True)
    texts = {
        "plain.yaml": MAP % "plain",
        "windows.yaml": (MAP % "windows").replace("\n", "\r\n"),
        "marked.yaml": "\ufeff" + MAP % "marked",
        "empty.yaml": "",
        "broken.yaml": "a: [",
        "pointer.yaml": POINTER,
        "notes.txt": "no manifest",
        ".hidden.yaml": MAP % "hidden",
        ".galleyignore": "ignored.yaml\n!deep/ignored.yaml\n",
        "ignored.yaml": MAP % "ignored",
        "deep/er/a.yaml": MAP % "deep",
        "deep/ignored.yaml": MAP % "kept",
        "excluded/a.yaml": MAP % "excluded",
        "overlay/kustomization.yaml": "resources: []",
        "overlay/a.yaml": MAP % "overlay",
        "größe 雪.yaml": MAP % "snow",
        "../elsewhere/linked.yaml": MAP % "linked",
    }
    for name, text in texts.items():
        (mesh / name).parent.mkdir(parents=True, exist_ok=True)
        (mesh / name).write_text(text, newline="")
    (mesh / "latin.yaml").write_bytes((MAP % "latin").encode() + "# ä".encode("latin-1"))
    Path(os.fsdecode(os.fsencode(mesh) + b"/bad\xff.yaml")).write_text(MAP % "bad")
    links = {"link.yaml": "plain.yaml", "loop.yaml": "loop.yaml", "lost.yaml": "nothing.yaml"}
    for name, target in {**links, "up.yaml": "../elsewhere/linked.yaml", "round": "."}.items():
        (mesh / name).symlink_to(target)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "all")
    return root


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.fixture
def context() -> SourceContext:
    settings = ChannelSettings()
    kinds = inline.environment_of(settings, Path.cwd(), complete=False).kinds
    return SourceContext(kinds, settings.limits)


@pytest.fixture
def first(context: SourceContext) -> Callable[[Source], Said]:
    """What a source says first."""

    def ask(source: Source) -> Said:
        return told(asyncio.run(first_batch(source)).changes)

    return ask


def told(changes: Iterable[Change]) -> Said:
    """What changes amount to; a place of which only notes are said has nothing to plan."""
    found: Said = {}
    for change in changes:
        if isinstance(change, Broken):
            found[change.locator] = tuple(sorted(each.code for each in change.errors))
        elif isinstance(change, Read) and change.resources:
            found[change.locator] = tuple(each.resource.digest.hex() for each in change.resources)
    return found


def planned(given: Given, settings: Any, context: SourceContext) -> Said:
    """What the server makes of what it is given."""
    asked = [PlanFile.model_validate(each) for each in given.files]
    files = [{**each.model_dump(), "data": each.data} for each in asked]
    reading = Planned(settings, context, files).read()
    while True:
        try:
            next(reading)
        except StopIteration as done:
            return told(done.value.changes)


def scope(settings: Any) -> PlanScopeResult:
    return PlanScopeResult(
        source=settings.name,
        type=settings.type,
        path=settings.path if settings.type == "git" else "",
        include=list(settings.include),
        exclude=list(settings.exclude),
    )


@pytest.mark.parametrize("path", ["mesh", "", "mesh/plain.yaml", "mesh/up.yaml"])
@pytest.mark.parametrize("revision", ["", "HEAD"])
def test_of_a_repository(
    place: Path, tmp_path: Path, context: Any, first: Any, path: str, revision: str
) -> None:
    """From what is on disk, and from the commit."""
    settings = GitSettings(
        name="team", type="git", url=str(place), path=path, exclude=("excluded/",)
    )
    source = GitSource(settings, replace(context, folder=tmp_path / "fetched"))
    given = stand_in(scope(settings), place, revision)

    assert planned(given, settings, context) == first(source)
    assert (len(given.files) > 12) is (path in ("mesh", ""))


def test_of_a_path_that_is_gone(place: Path) -> None:
    """All would be deleted, which is for the deletion budget to judge."""
    settings = GitSettings(name="team", type="git", url=str(place), path="gone")
    assert stand_in(scope(settings), place, "").files == ()


@pytest.mark.parametrize("revision", ["", "HEAD"])
def test_of_a_folder(place: Path, context: Any, first: Any, revision: str) -> None:
    settings = FilesSettings(name="team", path=place / "mesh", exclude=("excluded/",))
    given = stand_in(scope(settings), settings.path, revision)

    assert planned(given, settings, context) == first(FilesSource(settings, context))
    assert given.path("plain.yaml") == str(place / "mesh" / "plain.yaml")


def test_of_a_single_file(place: Path, context: Any, first: Any) -> None:
    settings = FilesSettings(name="team", path=place / "mesh" / "plain.yaml")
    for revision in ("", "HEAD"):
        given = stand_in(scope(settings), settings.path, revision)
        assert planned(given, settings, context) == first(FilesSource(settings, context))
        assert given.path("plain.yaml") == str(settings.path)


def test_a_file_that_may_not_be_read_is_told(place: Path, context: Any) -> None:
    """A pipe stands for it: whoever runs this test may read every file."""
    os.mkfifo(place / "mesh" / "pipe.yaml")
    settings = FilesSettings(name="team", path=place / "mesh")
    given = stand_in(scope(settings), settings.path, "")

    assert planned(given, settings, context)["pipe.yaml"] == ("GAL0902",)


@pytest.mark.parametrize(
    ("kind", "path", "revision", "what"),
    [
        ("files", None, "", "Which folder stands for"),
        ("files", "nothing", "", "cannot be read: no such file"),
        ("files", "mesh/overlay", "", "nothing to plan"),
        ("files", "mesh", "nowhere", "There is no revision 'nowhere'"),
        ("files", "mesh", "--help", "There is no revision '--help'"),
        ("files", "gone", "HEAD", "There is no 'gone' in commit"),
        ("git", "elsewhere", "", "and not 'elsewhere' alone"),
        ("git", ".", "nowhere", "There is no revision 'nowhere'"),
        ("git", "../..", "", "is in no git work tree"),
    ],
)
def test_what_stands_for_nothing_is_refused(
    place: Path, kind: str, path: str | None, revision: str, what: str
) -> None:
    asked = PlanScopeResult(source="team", type=kind, path="mesh", include=["*.yaml"])
    with pytest.raises(Failure, match=what):
        stand_in(asked, None if path is None else place / path, revision)
