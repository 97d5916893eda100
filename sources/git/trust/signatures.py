"""Who signed a commit or a tag: `git verify-commit`, with our own keys and nobody else's.

git chooses the verifier by the kind of signature: `gpg` for OpenPGP, `ssh-keygen` for SSH. What it
says is read from the lines for programs (GnuPG's doc/DETAILS), and from ssh-keygen's one sentence.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sources.git.objects import Signable
from sources.git.trust.keyring import Keyring

SECONDS = 10.0
"""How long one verification may take."""

_GOOD_SSH = re.compile(
    r'^Good "git" signature for (?P<who>.*) with \S+ key (?P<key>\S+)$', re.MULTILINE
)
_STATUS = re.compile(r"^\[GNUPG:\] (?P<word>\w+) ?(?P<rest>.*)$", re.MULTILINE)
_MAIL = re.compile(r"<([^<>\s]+)>")
_WRONG = {
    "REVKEYSIG": "its key was revoked",
    "EXPKEYSIG": "its key has expired",
    "EXPSIG": "it has expired",
    "BADSIG": "it does not fit the content",
    "NO_PUBKEY": "it was made with a key that is not among those of the source",
}
"""GnuPG's words for what is wrong, the most telling first."""
_WRONG_SSH = {
    "key has expired": _WRONG["EXPKEYSIG"],
    "No principal matched": _WRONG["NO_PUBKEY"],
    "incorrect signature": _WRONG["BADSIG"],
}
"""The same of ssh-keygen."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key has signed."""

    names: tuple[str, ...]
    """User ids, their mail addresses, or an SSH principal."""
    key: str
    """Fingerprint."""

    def __str__(self) -> str:
        return self.names[0] if self.names else self.key

    def answers_to(self) -> tuple[str, ...]:
        """Every text under which a rule may name it."""
        return (*self.names, self.key)


class BadSignatureError(Exception):
    """The signature is not good; the text says why, as the end of a sentence."""


class CannotVerifyError(Exception):
    """A program that verifying needs is missing or does not answer."""


def verify(repository: Path, signed: Signable, signature: str, ring: Keyring) -> Signer:
    """Whose key made this signature.

    Raises:
        BadSignatureError: nobody's whose word is taken.
        CannotVerifyError: it could not be found out.
    """
    program, package = _needed(signature)
    if shutil.which(program) is None:
        raise CannotVerifyError(f"{program} is not installed (Debian: {package})")
    said, good = _git(repository, signed, ring)
    signer = _openpgp(said, ring) if program == "gpg" else _ssh(said)
    if not good:
        raise BadSignatureError("git does not accept it")
    return signer


def _needed(signature: str) -> tuple[str, str]:
    if "BEGIN PGP SIGNATURE" in signature:
        return "gpg", "gnupg"
    if "BEGIN SSH SIGNATURE" in signature:
        return "ssh-keygen", "openssh-client"
    raise BadSignatureError("it is neither of OpenPGP nor of SSH")


def _git(repository: Path, signed: Signable, ring: Keyring) -> tuple[str, bool]:
    """What the verifier says, on whichever stream git hands it on, and whether git is content."""
    command = (
        *("git", "-c", f"gpg.ssh.allowedSignersFile={ring.allowed_signers}"),
        *("-c", "gpg.minTrustLevel=undefined", "-c", "safe.directory=*"),
        *("-C", str(repository), f"verify-{signed.kind}", "--raw", signed.id),
    )
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(ring.folder),
        "GNUPGHOME": str(ring.gnupg),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, without a shell
            command, capture_output=True, timeout=SECONDS, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise CannotVerifyError(f"git did not answer within {SECONDS:g} s") from error
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return said, done.returncode == 0


def _openpgp(said: str, ring: Keyring) -> Signer:
    words = {found["word"]: found["rest"] for found in _STATUS.finditer(said)}
    for word, why in _WRONG.items():
        if word in words:
            raise BadSignatureError(why)
    if "GOODSIG" not in words or "VALIDSIG" not in words:
        raise CannotVerifyError(f"gpg does not say whether it is good{_quoted(said)}")
    key = words["VALIDSIG"].split()[0]
    ids = ring.names.get(key, ())
    mails = tuple(mail for text in ids for mail in _MAIL.findall(text))
    return Signer((*ids, *mails), key)


def _ssh(said: str) -> Signer:
    good = _GOOD_SSH.search(said)
    if good:
        return Signer((good["who"],), good["key"])
    for words, why in _WRONG_SSH.items():
        if words in said:
            raise BadSignatureError(why)
    raise CannotVerifyError(f"ssh-keygen does not say whether it is good{_quoted(said)}")


def _quoted(said: str) -> str:
    """The last line of what a program said, as the end of a sentence."""
    lines = said.strip().splitlines()
    return f": {lines[-1].strip()[:200]}" if lines else ""
