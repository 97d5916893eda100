"""What it means when git does not do what it was asked: told by its words, which `LC_ALL=C` fixes.

The words of git, ssh and curl are matched loosely: what none of the patterns knows is a repository
that cannot be fetched, with what git said.
"""

import re

from pipeline.model import Diagnostic
from pipeline.model.messages import git as messages
from sources.git.address import Address
from sources.git.program import GitError, GitMissingError

_MISSING_REF = re.compile(r"couldn't find remote ref (\S+)")
_NO_COMMIT = re.compile(r"not our ref|unadvertised object|no such remote ref|missing necessary obj")
_NOT_SHALLOW = re.compile(r"dumb http transport|does not support (?:shallow|--depth|--deepen)")
_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|Read-only file system|File too large"
    r"|insufficient permission for adding|unable to create temporary|unable to write|unable to open"
    r"|cannot lock ref|Unable to create '[^']*\.lock'"
)
_HOST_KEY = re.compile(
    r"Host key verification failed|HOST IDENTIFICATION HAS CHANGED|No .* host key is known"
)
_CERTIFICATE = re.compile(
    r"certificate verif|SSL certificate problem|server certificate|unable to get local issuer"
    r"|self.signed certificate|CAfile|does not match target host",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"Authentication failed|could not read (?:Username|Password)|Access denied|Permission denied \("
    r"|returned error: 40[13]|HTTP 40[13]|Too many authentication failures|alert .*certificate"
    r"|Load key .*: |certificate required|could not load (?:PEM )?client|LOCAL_CERT",
    re.IGNORECASE,
)
_DAMAGE = re.compile(
    r"is corrupt|bad object|object file .* is empty|inflate|packfile .* (?:cannot|does not|invalid)"
    r"|unable to read|not a git repository|pack has bad|unresolved deltas"
    r"|missing (?:blob|tree|commit)"
    r"|did not send all necessary objects|remote did not|index-pack failed|unpack-objects|not valid"
    r"|bad (?:config|signature|index)|fatal: bad|could not parse|broken"
)
_USAGE = re.compile(r"unknown option|unknown switch|^usage: git", re.MULTILINE)
_NOISE = re.compile(
    r"^(?:Please make sure you have|and the repository exists|fatal: Could not read from remote"
    r"|@+$|hint:|warning:|\s*$)"
)


class UnreadableError(Exception):
    """A repository cannot be read now; `report` is what people are told."""

    def __init__(self, report: Diagnostic) -> None:
        super().__init__(report.message)
        self.report = report


def missing_ref(error: GitError) -> str:
    """The name that the server does not have; empty if that is not what is wrong."""
    found = _MISSING_REF.search(str(error))
    return found.group(1) if found else ""


def no_such_commit(error: GitError) -> bool:
    """Whether the server does not hand out a commit by its hash."""
    return bool(_NO_COMMIT.search(str(error)))


def not_shallow(error: GitError) -> bool:
    """Whether the server cannot give a part of the history."""
    return bool(_NOT_SHALLOW.search(str(error)))


def may_be_damage(error: GitError) -> bool:
    """Whether the mirror itself may be what is broken."""
    return bool(_DAMAGE.search(_local(str(error))))


def unreadable(address: Address, error: GitError) -> UnreadableError:
    """What people are told of a failure."""
    said = str(error)
    problem = _first(said)
    if isinstance(error, GitMissingError):
        return UnreadableError(messages.GIT_MISSING.report(problem=problem))
    if _USAGE.search(_local(said)):
        return UnreadableError(messages.GIT_TOO_OLD.report(problem=problem))
    if _FULL.search(_local(said)):
        shown = _matching(said, _FULL)
        return UnreadableError(messages.MIRROR_UNUSABLE.report(url=address.shown, problem=shown))
    if _HOST_KEY.search(said):
        shown = _matching(said, _HOST_KEY)
        return UnreadableError(messages.HOST_KEY_REFUSED.report(host=address.host, problem=shown))
    for pattern, message in (
        (_CERTIFICATE, messages.CERTIFICATE_REFUSED),
        (_ACCESS, messages.ACCESS_REFUSED),
    ):
        if pattern.search(said):
            shown = _matching(said, pattern)
            return UnreadableError(message.report(url=address.shown, problem=shown))
    return UnreadableError(messages.FETCH_FAILED.report(url=address.shown, problem=problem))


def too_slow(address: Address, seconds: float) -> UnreadableError:
    """What people are told of a fetch that was stopped."""
    return UnreadableError(messages.FETCH_TOO_SLOW.report(url=address.shown, seconds=seconds))


def _local(said: str) -> str:
    """What git said of itself, without what the server had it repeat."""
    return "\n".join(line for line in said.splitlines() if not line.startswith("remote:"))


def _first(said: str) -> str:
    """The line that says most: the first that is no mere noise."""
    lines = [line for line in said.splitlines() if not _NOISE.match(line)]
    return _sentence(lines[0] if lines else said)


def _matching(said: str, pattern: re.Pattern[str]) -> str:
    return _sentence(next((line for line in said.splitlines() if pattern.search(line)), said))


def _sentence(line: str) -> str:
    """A line of git's as the end of a sentence of ours."""
    plain = re.sub(r"^(?:(?:fatal|error|remote|ERROR): ?)+", "", line.strip())
    return plain[:300].rstrip(". ") or "git gave no reason"
