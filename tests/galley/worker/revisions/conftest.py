"""A reference model of what is published, and what waits, of a source whose unit is a revision; and
what plays its repository: by hand here, exchangeable for a real one.

The model knows two sources. `repo` is accepted or refused as a whole; `files` file by file, and
outranks it on the key `s`, so that something can change in a repository which no output shows.
"""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pytest

from pipeline.model import Diagnostic, Level, Revision
from sources.memory import MemorySource

BAD, BROKEN = "bad", "broken"
"""A value that a policy refuses; a file of the second source that cannot be read."""

Tree: TypeAlias = dict[str, dict[str, str] | None]
"""File to the keys that it holds, with their values; None: it cannot be read."""
Inputs: TypeAlias = Mapping[tuple[str, str], str]
"""File and key to value: what is accepted of a repository."""
State: TypeAlias = Mapping[str, str | None]
"""Some keys and what they are at."""

WRONG = Diagnostic("GAL0001", Level.ERROR, "Nobody vouches for it.")
UNREADABLE = Diagnostic("GAL0101", Level.ERROR, "It is broken.")


class Repository(Protocol):
    """What plays a source whose unit is a revision."""

    settings: Mapping[str, Any]
    """The source's settings in the channel, without its name and unit."""

    def sources(self) -> list[MemorySource]:
        """What a worker that starts now is given; nothing if it makes the source itself."""

    def commit(self, tree: Tree, *, wrong: bool) -> str:
        """Make a commit of this tree, perhaps one that is wrong as a whole; its name."""


class ByHand:
    """A repository that is a source fed by hand."""

    settings: Mapping[str, Any] = {"type": "memory"}

    def __init__(self, make: Callable[..., Any], _: Path) -> None:
        self._make = make
        self._numbers = itertools.count(1)
        self._tree: Tree = {}
        self._log: list[Revision] = []
        self._wrong = False
        self._source = MemorySource("repo")

    def sources(self) -> list[MemorySource]:
        self._source = MemorySource("repo")
        if self._log:
            self._tell({}, self._log[::-1])
        return [self._source]

    def commit(self, tree: Tree, *, wrong: bool) -> str:
        name = f"{next(self._numbers):040x}"
        before, self._tree, self._wrong = self._tree, dict(tree), wrong
        self._log.append(Revision(name, "Ann <ann@example.com>", 1.0, f"Change {name}"))
        self._tell(before, self._log[-1:])
        return name

    def _tell(self, before: Tree, revisions: list[Revision]) -> None:
        self._source.revise(*revisions, errors=[WRONG] if self._wrong else [])
        self._source.remove(*(before.keys() - self._tree.keys()))
        for file in sorted(self._tree):
            held = self._tree[file]
            if held is None and (file not in before or before[file] is not None):
                self._source.break_(file, UNREADABLE)
            elif held is not None and held != before.get(file, {}):
                self._source.put(*resources(self._make, held), locator=file)


def resources(make: Callable[..., Any], held: Mapping[str, str]) -> list[Any]:
    """Keys with their values as resources."""
    data = {key: {"bad": "1"} if value == BAD else {"x": value} for key, value in held.items()}
    return [make(key, **data[key]) for key in sorted(held)]


@dataclass(frozen=True)
class Kept:
    """A version: what it was made of, and where the repository was."""

    repo: Inputs
    files: Mapping[str, str]
    revision: str
    line: tuple[int, ...]
    """The versions that it goes back to: itself, and those that were not taken back."""


@dataclass(frozen=True)
class TakenBack:
    """What one rollback took back of the repository: the states that its keys had."""

    keys: frozenset[str]
    states: tuple[State, ...]


def by_key(inputs: Inputs) -> dict[str, str]:
    return {key: value for (_, key), value in inputs.items()}


def cut(values: Mapping[str, str | None], keys: frozenset[str]) -> State:
    return {key: values.get(key) for key in keys}


@dataclass
class Model:
    """What must be live and what must wait, as a person would reckon it."""

    tree: Tree = field(default_factory=dict)
    wrong: bool = False
    revision: str = ""
    accepted_revision: str = ""
    log: list[str] = field(default_factory=list)
    """Every commit, the oldest first."""
    checkpoints: dict[str, int] = field(default_factory=dict)
    files_say: dict[str, str] = field(default_factory=lambda: {"kept": "0", "s": "0"})
    repo: Inputs = field(default_factory=dict)
    """What is accepted, like `files`."""
    files: dict[str, str] = field(default_factory=lambda: {"kept": "0", "s": "0"})
    versions: list[Kept] = field(default_factory=list)
    taken: list[TakenBack] = field(default_factory=list)
    taken_files: dict[str, set[str | None]] = field(default_factory=dict)
    held: bool = False

    def __post_init__(self) -> None:
        self.versions = [Kept({}, {}, "", (0,)), Kept({}, dict(self.files), "", (0, 1))]

    @property
    def number(self) -> int:
        return len(self.versions) - 1

    def live(self, kept: Kept | None = None) -> dict[str, str]:
        repo, files = (kept.repo, kept.files) if kept else (self.repo, self.files)
        return {**by_key(repo), **files}

    def tied(self, name: str) -> tuple[int, bool]:
        """The version that embodies a commit, 0 if none does; and whether that is still live."""
        version = self.checkpoints.get(name, 0)
        return version, version in self.versions[-1].line[1:]

    # What the repository says.

    def commit(self, name: str, tree: Tree, *, wrong: bool) -> None:
        self.tree, self.wrong, self.revision = tree, wrong, name
        self.log.append(name)

    def arrived(self) -> list[str]:
        """The commits that have come since what is live."""
        accepted = self.accepted_revision
        return self.log[self.log.index(accepted) + 1 :] if accepted else self.log

    def says(self) -> State:
        """What it says about each key; of a file that cannot be read, what was accepted of it."""
        said: dict[str, str | None] = {}
        readable = {file: held for file, held in self.tree.items() if held is not None}
        kept = {place: v for place, v in self.repo.items() if place[0] in self.unreadable()}
        places = [(key, value) for held in readable.values() for key, value in held.items()]
        for key, value in [*places, *((key, value) for (_, key), value in kept.items())]:
            said[key] = "several" if key in said else value
        return said

    def unreadable(self) -> set[str]:
        return {file for file, held in self.tree.items() if held is None}

    def publishable(self) -> bool:
        said = self.says()
        judged = {value for key, value in said.items() if key not in self.files}
        sound = BAD not in judged and "several" not in said.values()
        return sound and not self.wrong and not self.unreadable()

    def inputs(self) -> Inputs:
        held = ((file, held or {}) for file, held in self.tree.items())
        return {(file, key): value for file, keys in held for key, value in keys.items()}

    def waits(self, override: frozenset[str] = frozenset()) -> bool:
        """Whether it says again what one of the rollbacks took back."""
        return any(self._repeats(taken, override) for taken in self.taken)

    def _repeats(self, taken: TakenBack, override: frozenset[str]) -> bool:
        keys = taken.keys - override
        said, live = cut(self.says(), keys), cut(by_key(self.repo), keys)
        return said != live and any(said == cut(state, keys) for state in taken.states)

    # What the channel does.

    def settle(
        self, *, ordered: bool = False, override: frozenset[str] | None = frozenset()
    ) -> None:
        """What it does by itself, or when it is ordered to."""
        if self.held and not ordered:
            return
        everything = override is None
        self._lift()
        after = dict(self.files)
        for name in sorted(self.files_say.keys() | self.files.keys()):
            said = self.files_say.get(name)
            if said in (BAD, BROKEN) or said == self.files.get(name):
                continue
            counts = not everything and name not in (override or ())
            if counts and said in self.taken_files.get(name, ()):
                continue
            self.taken_files.pop(name, None)
            after.pop(name, None)
            if said is not None:
                after[name] = said
        before = self.live()
        self.files = after
        whole = self._take_revision(everything, override or frozenset())
        if self.live() != before:
            revision = self.revision if whole else self.accepted_revision
            line = (*self.versions[-1].line, self.number + 1)
            self.versions.append(Kept(self.repo, dict(self.files), revision, line))
        if whole:
            self._embody()

    def _take_revision(self, everything: bool, override: frozenset[str]) -> bool:
        """Accept what the repository says if that may be; whether all of it is accepted."""
        changed = self.inputs() != self.repo or bool(self.unreadable())
        if not changed:
            return not self.wrong
        if not self.publishable() or (not everything and self.waits(override)):
            return False
        self.repo, self.taken = self.inputs(), []
        return True

    def _embody(self) -> None:
        self.checkpoints |= dict.fromkeys(self.arrived(), self.number)
        self.accepted_revision = self.revision

    def _lift(self) -> None:
        """A source that says what is live, and can be read, has given up what was taken back."""
        said, live = self.says(), by_key(self.repo)
        if not self.wrong and not self.unreadable():
            self.taken = [t for t in self.taken if cut(said, t.keys) != cut(live, t.keys)]
        if BROKEN not in self.files_say.values():
            for name in list(self.taken_files):
                if self.files_say.get(name) == self.files.get(name):
                    del self.taken_files[name]

    def roll_back(self, number: int, only: str = "") -> bool:
        """Go back, as a whole or with one key; False if nothing would change."""
        target = self.versions[number]
        repo, files = dict(target.repo), dict(target.files)
        if only:
            repo = _with(self.repo, target.repo, lambda place: place[1] == only)
            files = _with(self.files, target.files, lambda name: name == only)
        if {**by_key(repo), **files} == self.live():
            return False
        history = [kept.repo for kept in self.versions[number:]] + [self.repo]
        self._take_back(list(map(by_key, history)), only)
        self._take_back_files([*(k.files for k in self.versions[number:]), self.files], only)
        if repo != self.repo:
            self.accepted_revision = target.revision
            if target.revision:
                self.checkpoints[target.revision] = self.number + 1
        self.repo, self.files = repo, files
        line = (*(self.versions[-1] if only else target).line, self.number + 1)
        self.versions.append(Kept(repo, dict(files), self.accepted_revision, line))
        return True

    def _take_back(self, states: list[dict[str, str]], only: str) -> None:
        keys = frozenset(key for key in _changed(states) if only in ("", key))
        if keys:
            self.taken.append(TakenBack(keys, tuple(states[1:])))

    def _take_back_files(self, states: list[Mapping[str, str]], only: str) -> None:
        for before, now in itertools.pairwise(states):
            for name in before.keys() | now.keys():
                if before.get(name) != now.get(name) and only in ("", name):
                    self.taken_files.setdefault(name, set()).add(now.get(name))

    def restart(self) -> None:
        """What was accepted without a version is forgotten, and said again."""
        self.repo, self.files = self.versions[-1].repo, dict(self.versions[-1].files)


def _with(mine: Any, theirs: Any, chosen: Callable[[Any], bool]) -> dict[Any, str]:
    rest = {place: value for place, value in mine.items() if not chosen(place)}
    return {**rest, **{place: value for place, value in theirs.items() if chosen(place)}}


def _changed(states: list[dict[str, str]]) -> Iterator[str]:
    for before, now in itertools.pairwise(states):
        yield from (k for k in before.keys() | now.keys() if before.get(k) != now.get(k))


class Repo:
    """A rig's source fed by hand as a repository of ConfigMaps, one for each file."""

    def __init__(self, rig: Any, make: Callable[..., Any]) -> None:
        self.rig = rig
        self.make = make
        self._held: dict[str, str | None] = {}

    async def commit(self, name: str, *, wrong: bool = False, **values: str | None) -> None:
        """Set keys (None: remove them) at a new revision, and wait until that is decided."""
        self._say(Revision(name, f"Ann <ann@{name}>", 5.0, f"Change {name}"), wrong, values)
        await self.decided()

    async def restart(self, name: str, **more: str) -> None:
        """The worker begins anew, and the source tells everything at a revision."""
        await self.rig.stop()
        held = {key: value for key, value in {**self._held, **more}.items() if value is not None}
        self.rig.source = MemorySource("memory")
        self._say(Revision(name), wrong=False, values=held)
        await self.rig.start()
        await self.decided()

    def _say(self, revision: Revision, wrong: bool, values: Mapping[str, str | None]) -> None:
        self.rig.source.revise(revision, errors=[WRONG] if wrong else [])
        for key, value in values.items():
            self._held[key] = value
            if value is None:
                self.rig.source.remove(f"{key}.yaml")
            elif value == BROKEN:
                self.rig.source.break_(f"{key}.yaml", UNREADABLE)
            else:
                self.rig.source.put(*resources(self.make, {key: value}), locator=f"{key}.yaml")

    async def decided(self) -> None:
        await self.rig.settled()
        await self.rig.ask("diagnostics")

    async def roll_back(self, target: int, **params: Any) -> Any:
        done = await self.rig.ask("rollback", target=str(target), reason="no", **params)
        await self.rig.ask("diagnostics")
        return done

    def live(self) -> dict[str, str]:
        return {name: data.get("x", BAD) for name, data in self.rig.names().items()}

    async def codes(self) -> list[str]:
        return [item["code"] for item in await self.rig.ask("diagnostics")]


@pytest.fixture
async def late_repo(rig_type: Any, tmp_path: Path, make: Callable[..., Any]) -> AsyncIterator[Repo]:
    """A repository that says nothing yet; version 1 is `other` from another source."""
    whole = {"type": "memory", "name": "memory", "unit": "revision", "required": False}
    rig = rig_type(tmp_path, sources=(whole, {"type": "memory", "name": "other"}))
    rig.others = [MemorySource("other")]
    rig.others[0].put(make("other", x="0"))
    await rig.start()
    await rig.until(lambda: rig.version == 1)
    yield Repo(rig, make)
    await rig.stop()


@pytest.fixture
async def repo(new_rig: Callable[..., Any], make: Callable[..., Any]) -> Repo:
    """Version 1 is commit c1 with a=1 and b=1."""
    source = {"type": "memory", "name": "memory", "unit": "revision"}
    repo = Repo(await new_rig(sources=(source,)), make)
    await repo.commit("c1", a="1", b="1")
    return repo


@pytest.fixture
def model_type() -> type[Model]:
    return Model


@pytest.fixture
def by_hand() -> type[ByHand]:
    return ByHand
