"""A mirror's objects, read with libgit2: refs, commits, trees and blobs.

The only module that loads libgit2. Whatever it stumbles over is `DamagedError`: what a fetch has
brought can be read, so a mirror that cannot be read is damaged. Reads are short, but for the log.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import pygit2
from pygit2.enums import ObjectType, SortMode

from pipeline.model import Revision

TREE, LINK, MODULE = 0o040000, 0o120000, 0o160000
"""Modes of what is no plain file."""
_HASH = re.compile(r"[0-9a-f]{40}")
_CACHE = 16 * 1024 * 1024
"""Bytes of objects that libgit2 keeps; without a bound it takes 256 MiB."""

pygit2.settings.cache_max_size(_CACHE)
pygit2.settings.owner_validation = False  # our own folder, on whatever file system it is
for _level in (
    pygit2.enums.ConfigLevel.SYSTEM,
    pygit2.enums.ConfigLevel.XDG,
    pygit2.enums.ConfigLevel.GLOBAL,
):
    pygit2.settings.search_path[_level] = ""


class DamagedError(Exception):
    """A mirror does not hold what it should."""


class Entry(NamedTuple):
    """One entry of a tree."""

    name: str
    """As the system's own file names: what is not UTF-8 has lone surrogates."""
    mode: int
    id: str


class Difference(NamedTuple):
    """One path that two trees do not hold alike."""

    path: str
    mode: int
    """0 where it is gone."""
    id: str
    before: int
    """The mode that it had; 0 if it was not there."""


class Signable(NamedTuple):
    """What can carry a signature: a commit, or an annotated tag."""

    kind: Literal["commit", "tag"]
    id: str
    name: str
    """What people call it."""

    @classmethod
    def commit(cls, commit: str) -> "Signable":
        return cls("commit", commit, commit[:12])


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (pygit2.GitError, KeyError, ValueError, OSError) as error:
        raise DamagedError(f"{type(error).__name__}: {error}") from error


class Objects:
    """The objects of one mirror, as they are now; cheap to open, not shared between threads.

    They are in packs alone: libgit2 never returns from a loose object that was cut short.

    Raises:
        DamagedError: it is no repository.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if next(folder.glob("objects/[0-9a-f][0-9a-f]/*"), None):
            raise DamagedError("it has objects that are in no pack")
        with _reading():
            self._repository = pygit2.Repository(str(folder), pygit2.enums.RepositoryOpenFlag.BARE)

    def target(self, ref: str) -> str:
        """The commit that a ref leads to, through a tag; empty if there is no such ref.

        Raises:
            DamagedError: it leads to nothing, or to something else than a commit.
        """
        with _reading():
            found = self._repository.references.get(ref)
            return str(found.peel(pygit2.Commit).id) if found else ""

    def refs(self) -> list[str]:
        with _reading():
            return list(self._repository.references)

    def keep(self, ref: str, commit: str) -> None:
        """Let a ref lead to a commit, so that it stays."""
        with _reading():
            self._repository.references.create(ref, commit, force=True)

    def forget(self, ref: str) -> None:
        """Delete a ref."""
        with _reading():
            self._repository.references.delete(ref)

    def holds(self, commit: str) -> bool:
        """Whether a commit is here."""
        if not _HASH.fullmatch(commit):
            return False
        with _reading():
            return isinstance(self._repository.get(commit), pygit2.Commit)

    def revision(self, commit: str) -> Revision:
        """Who made a commit, when, and what its first line says; without a link."""
        with _reading():
            found = self._commit(commit)
            author = found.author
            name, mail = _text(author.raw_name), _text(author.raw_email)
            subject = _text(found.raw_message).strip().partition("\n")[0][:300]
            return Revision(
                id=commit,
                author=f"{name} <{mail}>" if mail else name,
                time=float(author.time),
                subject=subject,
            )

    def tag(self, ref: str) -> Signable | None:
        """The annotated tag that a ref names; None if it leads to something by itself."""
        with _reading():
            found = self._repository.references.get(ref)
            target = self._repository[found.target] if found else None
        if isinstance(target, pygit2.Tag):
            return Signable("tag", str(target.id), str(target.name))
        return None

    def signature(self, signed: Signable) -> str:
        """The armoured signature of a commit or a tag; empty if there is none."""
        with _reading():
            if signed.kind == "commit":
                signature, _ = self._commit(signed.id).gpg_signature
                return (signature or b"").decode("utf-8", "replace")
            text = self._repository[signed.id].read_raw().decode("utf-8", "replace")
        _, mark, rest = text.partition("-----BEGIN ")
        return mark + rest

    def committer(self, commit: str) -> str:
        """The mail address of who committed, by the commit's own word."""
        with _reading():
            return _text(self._commit(commit).committer.raw_email)

    def parents(self, commit: str) -> list[str]:
        """The commits that a commit stands on, as far as they are here."""
        with _reading():
            named = [str(each) for each in self._commit(commit).parent_ids]
        return [each for each in named if self.holds(each)]

    def descends(self, commit: str, before: str) -> bool:
        """Whether one commit stands on another."""
        with _reading():
            return self._repository.descendant_of(commit, before)

    def tree(self, commit: str) -> str:
        """The tree of a commit."""
        with _reading():
            return str(self._commit(commit).tree_id)

    def entries(self, tree: str) -> Iterator[Entry]:
        """What a tree holds, in the order of names."""
        with _reading():
            for each in self._tree(tree):
                yield Entry(_name(each), int(each.filemode), str(each.id))

    def entry(self, tree: str, name: str) -> Entry | None:
        """One entry of a tree; None if there is none of that name."""
        with _reading():
            found = self._tree(tree)
            if name not in found:
                return None
            each = found[name]
            return Entry(name, int(each.filemode), str(each.id))

    def differences(self, before: str, after: str) -> list[Difference]:
        """Every path that two trees do not hold alike; renames are a removal and an addition. An
        empty `before` is an empty tree."""
        with _reading():
            tree = self._tree(after)
            found = (
                self._tree(before).diff_to_tree(tree) if before else tree.diff_to_tree(swap=True)
            )
            deltas = found.deltas
            return [
                Difference(
                    _decoded(each.new_file.raw_path),
                    int(each.new_file.mode),
                    str(each.new_file.id),
                    int(each.old_file.mode),
                )
                for each in deltas
            ]

    def size(self, blob: str) -> int:
        """Bytes of a blob, without reading it."""
        with _reading():
            _, size = self._repository.odb.read_header(blob)
            return int(size)

    def read(self, blob: str) -> bytes:
        """The content of a blob."""
        with _reading():
            kind, data = self._repository.odb.read(blob)
            if kind != ObjectType.BLOB:
                raise ValueError(f"{blob} is no blob")
            return bytes(data)

    def log(self, since: str, commit: str, most: int) -> list[str]:
        """The commits that led from one to another, newest first: those that the other has and the
        one has not. Where no common ancestor is known, the other alone."""
        if not self.holds(since) or since == commit:
            return [commit]
        with _reading():
            if self._repository.merge_base(since, commit) is None:
                return [commit]
            walk = self._repository.walk(commit, SortMode.TOPOLOGICAL | SortMode.TIME)
            walk.hide(since)
            found = [str(each.id) for each, _ in zip(walk, range(most), strict=False)]
        return found or [commit]

    def _commit(self, commit: str) -> pygit2.Commit:
        found = self._repository[commit]
        if not isinstance(found, pygit2.Commit):
            raise ValueError(f"{commit} is no commit")  # noqa: TRY004  # of an object, not of ours
        return found

    def _tree(self, tree: str) -> pygit2.Tree:
        found = self._repository[tree]
        if not isinstance(found, pygit2.Tree):
            raise ValueError(f"{tree} is no tree")  # noqa: TRY004  # as above
        return found


def _name(entry: pygit2.Object) -> str:
    return _decoded(entry.raw_name or b"")


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text)
