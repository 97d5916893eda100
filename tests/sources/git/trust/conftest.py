"""Real keys of several people, and repositories in which they commit and sign."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from sources.git.objects import Objects
from sources.git.trust import Judge, Verdict
from sources.settings import TrustSettings


@dataclass(frozen=True)
class Person:
    """Somebody with a key."""

    name: str
    format: str
    """openpgp or ssh."""
    signing: str
    """What git is told to sign with."""
    public: Path
    """The public key."""
    home: Path

    @property
    def mail(self) -> str:
        return f"{self.name}@example.com"


NOBODY = Person("nobody", "", "", Path(), Path())


class Keys:
    """Makes keys below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ssh(self, name: str) -> Person:
        key = self.folder / f"{name}.key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@example.com", "-f", key)
        public = self.folder / f"{name}.key.pub"
        return Person(name, "ssh", str(public), public, self.folder)

    def openpgp(self, name: str, expires: str = "never") -> Person:
        home = self.folder / f"{name}.gnupg"
        home.mkdir(mode=0o700)
        uid = f"{name.title()} <{name}@example.com>"
        gpg(home, "--passphrase", "", "--quick-gen-key", uid, "ed25519", "sign", expires)
        public = self.folder / f"{name}.asc"
        public.write_bytes(gpg(home, "--export", "--armor"))
        return Person(name, "openpgp", f"{name}@example.com", public, home)


class Work:
    """A repository in which people work."""

    def __init__(self, path: Path) -> None:
        self.path = path
        run("git", "init", "-q", "-b", "main", path)

    def commit(self, who: Person, files: dict[str, str | None], *, sign: bool = True) -> str:
        """Write, or with None remove, some files and commit them; the commit's name."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink() if text is None else file.write_text(text)
        self.git(who, "add", "-A")
        signing = ("-S",) if sign and who.format else ()
        self.git(who, "commit", "-q", "--allow-empty", *signing, "-m", f"by {who.name}")
        return self.head

    def pack(self) -> None:
        """Put all objects into packs, as a fetch does."""
        run("git", "-C", self.path, "repack", "-q", "-a", "-d")
        run("git", "-C", self.path, "prune-packed", "-q")

    @property
    def head(self) -> str:
        return run("git", "-C", self.path, "rev-parse", "HEAD").decode().strip()

    def git(self, who: Person, *arguments: object) -> bytes:
        settings = {
            "user.name": who.name,
            "user.email": who.mail,
            **({"gpg.format": who.format, "user.signingkey": who.signing} if who.format else {}),
        }
        pairs = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return run("git", "-C", self.path, *pairs, *arguments, gnupg=who.home)


def run(*command: object, gnupg: Path | None = None) -> bytes:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    if gnupg is not None:
        environment["GNUPGHOME"] = str(gnupg)
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def gpg(home: Path, *arguments: str) -> bytes:
    return run("gpg", "--batch", "--quiet", "--homedir", home, *arguments)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    """alice and mallory sign with SSH, carol with OpenPGP; each in the way of their program."""
    for program, package in (("ssh-keygen", "openssh-client"), ("gpg", "gnupg")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: {package})")
    keys = Keys(tmp_path_factory.mktemp("k"))
    made = [keys.ssh("alice"), keys.ssh("mallory"), keys.openpgp("carol")]
    return {person.name: person for person in made}


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "team")


def collections(objects: Objects, tree: str, path: str) -> frozenset[str]:
    """A file holds what it says on its first line."""
    *folders, name = path.split("/")
    for folder in folders:
        entry = objects.entry(tree, folder)
        if entry is None:
            return frozenset()
        tree = entry.id
    found = objects.entry(tree, name)
    return frozenset(objects.read(found.id).decode().splitlines()[:1]) if found else frozenset()


class Court:
    """A judge over one repository."""

    def __init__(self, work: Work, **settings: object) -> None:
        self.work = work
        self.judge = Judge(TrustSettings.model_validate(settings), collections)

    def verdict(self, base: str = "", tip: str = "", tag: str = "") -> Verdict:
        self.work.pack()
        objects = Objects(self.work.path / ".git")
        annotated = objects.tag(f"refs/tags/{tag}") if tag else None
        return self.judge.judge(objects, tip or self.work.head, base, annotated)

    def codes(self, base: str = "", tip: str = "", tag: str = "") -> list[str]:
        return [error.code for error in self.verdict(base, tip, tag).errors]


Summon: TypeAlias = Callable[..., Court]


@pytest.fixture
def summon(work: Work) -> Iterator[Summon]:
    """Make a judge for some settings; what it keeps on disk goes with the test."""
    with ExitStack() as courts:

        def make(**settings: object) -> Court:
            court = Court(work, **settings)
            courts.callback(court.judge.close)
            return court

        yield make
