"""Whatever is committed: what the batches add up to is what the files source finds in the tree."""

import asyncio
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.model import Batch, Broken, Read, Removed
from sources.files import FilesSource
from sources.git import GitSource
from sources.settings import FilesSettings, GitSettings
from sources.source import Source, SourceContext

FILES = ("a.yaml", "b.yaml", "x/c.yaml", "x/y/d.yaml", "x/e.txt", ".hidden/f.yaml")
LINKS = ("x/y", "a.yaml", "../outside", ".hidden", "nowhere")
EDITS = ("write", "write", "break", "delete", "rename", "folder", "link", "ignore", "template")
STEPS = st.lists(
    st.tuples(
        st.sampled_from((*EDITS, "commit", "commit", "rewind", "restart")),
        st.sampled_from(FILES),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=14,
)
State = dict[str, Any]


def content(file: str, value: int) -> str:
    stem = Path(file).stem
    return "---\n".join(
        f"apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: {stem}{number}}}\nv: {value}\n"
        for number in range(value)
    )


class Sum:
    """What batches add up to: digests by locator, or why it is broken."""

    def __init__(self) -> None:
        self.held: State = {}
        self.revision = ""
        self.news = asyncio.Event()

    async def take(self, batch: Batch) -> None:
        self.held = {} if batch.complete else self.held
        for change in batch.changes:
            self.held.pop(change.locator, None)
            if isinstance(change, Read):
                self.held[change.locator] = [one.resource.digest for one in change.resources]
            elif isinstance(change, Broken):
                self.held[change.locator] = sorted(one.code for one in change.errors)
            else:
                assert isinstance(change, Removed)
        self.revision = batch.revision
        self.news.set()

    async def reach(self, revision: str) -> None:
        async with asyncio.timeout(10):
            while self.revision != revision:
                await self.news.wait()
                self.news.clear()


class Team:
    """Works in a work tree, commits, and rewrites history."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.top = root / "mesh"
        self.top.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        (self.top / "always.yaml").write_text(content("always.yaml", 1))
        self.commit()

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        command = ["git", *who, *arguments]
        return subprocess.check_output(command, cwd=self.root, text=True).strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        self.git("clean", "--quiet", "--force", "-d")  # git knows no empty folder, a disk does
        return self.git("rev-parse", "HEAD")

    def rewind(self) -> None:
        """Take the last commit back, as before a force-push; the next one replaces it."""
        if self.git("rev-list", "--count", "HEAD") != "1":
            self.git("reset", "--quiet", "--hard", "HEAD~")

    def edit(self, what: str, file: str, value: int) -> None:
        path = self.top / file
        if any(each.is_file() or each.is_symlink() for each in path.parents if each != self.top):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self._edits()[what](path, value)

    def _edits(self) -> dict[str, Any]:
        return {
            "write": lambda path, value: self._put(path, content(path.name, value)),
            "break": lambda path, value: self._put(path, "kind: ["),
            "delete": lambda path, value: path.unlink(missing_ok=True),
            "rename": self._rename,
            "folder": lambda path, value: self._put(path.parent / "z" / path.name, "a: b"),
            "link": lambda path, value: self._link(path.parent / f"l{value}.yaml", LINKS[value]),
            "ignore": lambda path, value: self._put(
                path.parent / ".galleyignore", f"{path.name}\n"
            ),
            "template": lambda path, value: self._toggle(path.parent / "Chart.yaml"),
        }

    def _put(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_text(text)

    def _rename(self, path: Path, value: int) -> None:
        if path.exists():
            self._put(self.top / FILES[value], path.read_text())
            path.unlink(missing_ok=True)

    def _link(self, path: Path, target: str) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    def _toggle(self, path: Path) -> None:
        if path.parent == self.top:
            return  # a source whose top is a template says so apart: the rest has its own tests
        path.unlink() if path.exists() else path.write_text("name: x")


async def first(source: Source) -> Sum:
    total = Sum()
    task = asyncio.create_task(source.run(total.take), name="first")
    async with asyncio.timeout(10):
        await total.news.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return total


async def follow(folder: Path, steps: list[Any]) -> tuple[State, State]:
    """What following every commit adds up to, and what a fresh look at the commit finds."""
    team = Team(folder / "work")
    known = GitSettings(name="team", type="git", url=str(team.root), path="mesh")
    total = Sum()

    def start() -> tuple[GitSource, asyncio.Task[None]]:
        source = GitSource(known, SourceContext(folder=folder / "fetched"))
        return source, asyncio.create_task(source.run(total.take), name="followed")

    source, task = start()
    for what, file, value in [*steps, ("commit", "", 0)]:
        if what == "commit":
            revision = team.commit()
            source.hint()
            await total.reach(revision)
        elif what == "rewind":
            team.rewind()
        elif what == "restart":
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            source, task = start()
        else:
            team.edit(what, file, value)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    fresh = await first(GitSource(known, SourceContext(folder=folder / "fresh")))
    return total.held, fresh.held


def of_files(folder: Path) -> State:
    found = asyncio.run(first(FilesSource(FilesSettings(name="team", path=folder)))).held
    return {f"mesh/{locator}": held for locator, held in found.items()}


@settings(max_examples=40, deadline=None)
@given(STEPS)
@example([("delete", ".hidden/f.yaml", 0), ("link", "a.yaml", 3)])
def test_any_commits_end_where_a_fresh_look_at_the_last_one_does(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        followed, fresh = asyncio.run(follow(Path(name), steps))
        # What is broken as a whole keeps what it held below it: a fresh look knows of none.
        broken = tuple(place for place in fresh if place.endswith("/"))
        below = {place for place in followed if broken and place.startswith(broken)} - set(broken)
        assert {place: held for place, held in followed.items() if place not in below} == fresh
        files = of_files(Path(name) / "work" / "mesh")
        assert shape(files) == shape(fresh)


def shape(held: State) -> State:
    """Resources as they are; of what is broken only that it is: a folder on disk says why in other
    words, as it knows no repository around it."""
    return {
        locator: said if said and isinstance(said[0], bytes) else bool(said)
        for locator, said in held.items()
    }
