"""The keys whose word is taken, read from files and made ready for the programs that verify.

OpenPGP keys (armoured or not) go into a key ring of their own for `gpg`; SSH keys, given as public
keys or as lines of an allowed-signers file (ssh-keygen(1)), into one such file. Nothing of the
user's own key rings is looked at.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

GPG_SECONDS = 30.0
_ARMOUR = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_SSH_KEY = re.compile(r"^(?:ssh-|ecdsa-|sk-)\S+\s+[A-Za-z0-9+/=]+(?:\s+(?P<name>.*))?$")
_PLAIN = re.compile(r"^[^\s,\"*?!]+$")
_GPG_CONF = "batch\nno-autostart\nlock-never\nno-auto-key-retrieve\nno-greeting\n"


class KeysError(Exception):
    """The keys cannot be used; the text says why, and which file."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The contents of every key file, read at one moment."""

    contents: tuple[tuple[str, bytes], ...]
    """Path and bytes, in order of the paths."""

    @classmethod
    def read(cls, paths: Iterable[Path]) -> "KeyFiles":
        """Read files, and the files directly inside folders.

        Raises:
            KeysError: one of them cannot be read.
        """
        try:
            files = sorted({file for path in paths for file in _files(path)})
            return cls(tuple((str(file), file.read_bytes()) for file in files))
        except OSError as error:
            raise KeysError(
                f"{error.filename}: {(error.strerror or 'unreadable').lower()}"
            ) from error

    @property
    def digest(self) -> bytes:
        """The same as long as the same keys are meant."""
        return hashlib.sha256(repr(self.contents).encode()).digest()


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys in the form in which `git verify-commit` takes them, below one private folder."""

    folder: Path
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fingerprint of an OpenPGP key, or of one of its subkeys, to the user ids of that key."""

    @property
    def gnupg(self) -> Path:
        return self.folder / "gnupg"

    @property
    def allowed_signers(self) -> Path:
        return self.folder / "allowed_signers"

    @classmethod
    def build(cls, files: KeyFiles, folder: Path) -> "Keyring":
        """Make the key ring in an empty folder.

        Raises:
            KeysError: a file holds no key, or `gpg` is needed and not installed.
        """
        ring = cls(folder)
        ring.gnupg.mkdir(mode=0o700)
        (ring.gnupg / "gpg.conf").write_text(_GPG_CONF)
        signers: list[str] = []
        openpgp = False
        for name, data in files.contents:
            if _is_openpgp(data):
                _gpg(ring.gnupg, name, "--import", stdin=data)
                openpgp = True
            else:
                signers += _ssh_lines(name, data)
        ring.allowed_signers.write_text("".join(f"{line}\n" for line in signers))
        return cls(folder, _user_ids(ring.gnupg)) if openpgp else ring


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (entry for entry in path.iterdir() if entry.is_file() and entry.name[0] != ".")
    else:
        yield path


def _is_openpgp(data: bytes) -> bool:
    """Armoured, or a binary packet (RFC 9580, 4.2: the first bit is set, which no text has)."""
    return _ARMOUR in data or data[:1] >= b"\x80"


def _ssh_lines(name: str, data: bytes) -> Iterator[str]:
    """The file's keys as lines of an allowed-signers file."""
    found = False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if key := _SSH_KEY.match(text):
            yield f"{_principal(key['name'], text)} {text}"
        elif any(_SSH_KEY.match(rest) for rest in _tails(text)):
            yield text
        else:
            raise KeysError(f"{name}:{number}: neither an OpenPGP key nor an SSH public key")
        found = True
    if not found:
        raise KeysError(f"{name}: there is no key in it")


def _tails(text: str) -> Iterator[str]:
    """What may be the key of an allowed-signers line: it comes after principals and options."""
    words = text.split()
    yield from (" ".join(words[index:]) for index in range(1, len(words) - 1))


def _principal(comment: str | None, key: str) -> str:
    """What a bare public key's owner is called: its comment, or else a piece of the key."""
    name = (comment or "").strip()
    return name if _PLAIN.match(name) else f"key-{key.split()[1][-16:].strip('=')}"


def _user_ids(home: Path) -> dict[str, tuple[str, ...]]:
    """Fingerprints to user ids, from the listing for programs (GnuPG's doc/DETAILS)."""
    listing = _gpg(home, "", "--list-keys", "--with-colons", "--with-subkey-fingerprint")
    names: dict[str, tuple[str, ...]] = {}
    prints: list[str] = []
    ids: list[str] = []
    for fields in (line.split(":") for line in listing.decode("utf-8", "replace").splitlines()):
        if fields[0] == "pub":
            names.update(dict.fromkeys(prints, tuple(ids)))
            prints, ids = [], []
        elif fields[0] == "fpr":
            prints.append(fields[9])
        elif fields[0] == "uid" and fields[1] not in ("r", "e"):
            ids.append(fields[9])
    names.update(dict.fromkeys(prints, tuple(ids)))
    return names


def _gpg(home: Path, name: str, *arguments: str, stdin: bytes = b"") -> bytes:
    program = shutil.which("gpg")
    if program is None:
        raise KeysError("gpg is not installed, which OpenPGP keys need (Debian: gnupg)")
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, without a shell
            (program, "--homedir", str(home), *arguments),
            input=stdin,
            capture_output=True,
            timeout=GPG_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise KeysError(f"{name}: gpg did not answer within {GPG_SECONDS:g} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise KeysError(f"{name}: {said[-1] if said else 'gpg refuses it'}")
    return done.stdout
