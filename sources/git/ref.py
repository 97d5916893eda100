"""Which ref of a repository is followed, by the names that a server knows."""

import hashlib
from dataclasses import dataclass

from sources.settings import GitRef, GitSettings
from sources.settings.git import COMMIT
from sources.versions import Range

TAGS = "refs/tags/"
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Ref:
    """What is followed: the first of some names that there is, a range over tags, or a commit."""

    shown: str
    """How people call it: `branch 'main'`."""
    names: tuple[str, ...] = ()
    """Full names, in order of preference."""
    range: str = ""
    commit: str = ""

    @classmethod
    def of(cls, settings: GitSettings) -> "Ref":
        """The ref that the settings name, by the precedence that they document."""
        wanted = settings.ref
        return _mapped(wanted) if isinstance(wanted, GitRef) else _plain(wanted)

    def best(self, tags: list[str]) -> str:
        """The full name of the tag that the range selects; empty if it selects none."""
        best = Range(self.range).best(tag.removeprefix(TAGS) for tag in tags)
        return TAGS + best if best else ""


def _plain(text: str) -> Ref:
    if text in {"", "HEAD"}:
        return Ref("default branch", ("HEAD",))
    if COMMIT.fullmatch(text):
        return Ref(f"commit {text[:12]}", commit=text)
    if text.startswith("refs/"):
        return Ref(f"ref {text!r}", (text,))
    return Ref(f"branch or tag {text!r}", (_HEADS + text, TAGS + text))


def _mapped(wanted: GitRef) -> Ref:
    if wanted.commit:
        return Ref(f"commit {wanted.commit[:12]}", commit=wanted.commit)
    if wanted.name:
        return Ref(f"ref {wanted.name!r}", (wanted.name,))
    if wanted.semver:
        return Ref(f"tag in the range {wanted.semver!r}", range=wanted.semver)
    if wanted.tag:
        return Ref(f"tag {wanted.tag!r}", (TAGS + wanted.tag,))
    return Ref(f"branch {wanted.branch!r}", (_HEADS + wanted.branch,))


def local(name: str) -> str:
    """The name under which a mirror keeps what a server calls by this name."""
    # No part of another name, as `a` is of `a/b`: whatever was followed before is not in the way.
    return f"refs/galley/{hashlib.sha256(name.encode()).hexdigest()[:32]}"
