"""The git program, run for transport and upkeep: a process group of its own, and an end in time.

Its environment is made here and nothing of ours leaks into it: no system or user configuration, no
prompts, no hooks, no protocols but the one that is wanted. Arguments never hold a secret, and what
it says on its standard error is bounded and redacted before anybody sees it.
"""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of standard output that are taken: the tags of a very large repository."""
_TAIL = 16 * 1024
"""Bytes of standard error that are kept, from its end."""
_USERINFO = re.compile(r"(?<=://)[^/@\s'\"]+@")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|\x1b\[[0-9;]*[A-Za-z]")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
_PASSED = (
    *("PATH", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *_PROXIES,
    *(name.upper() for name in _PROXIES),
)
"""What git gets of our own environment."""

Config = Mapping[str, str]
"""Settings of git, by their full name."""


class GitError(Exception):
    """The git program ended with an error, or was not to be had; the text is what it said."""


class GitMissingError(GitError):
    """There is no git program."""


class GitTimeoutError(GitError):
    """It took too long and was killed."""


@dataclass(frozen=True, slots=True)
class Access:
    """With what a run of git is let in, and what must not be seen of it."""

    environment: Mapping[str, str] = field(repr=False)
    """Variables, of which only git and its children know."""
    config: Config
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Texts that are struck out of whatever git says."""


NO_ACCESS = Access({}, {})
_CONFIG: Config = {
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # packs alone: see `Objects`
    "gc.auto": "0",
    "gc.autoDetach": "false",
    "maintenance.auto": "false",
    "http.followRedirects": "initial",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "protocol.version": "2",
    "transfer.credentialsInUrl": "die",
    "advice.detachedHead": "false",
}


async def git(
    *arguments: str,
    folder: Path,
    timeout: float,  # noqa: ASYNC109  # it kills a process group, which only this function knows
    access: Access = NO_ACCESS,
    keep: Iterable[int] = (),
) -> bytes:
    """Run git in a folder; its standard output.

    Args:
        keep: file descriptors that the process and its children inherit.

    Raises:
        GitTimeoutError, GitMissingError, GitError: it did not work.
    """
    starting = asyncio.create_subprocess_exec(
        "git",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=_environment(folder, access),
        start_new_session=True,
        pass_fds=tuple(keep),
    )
    try:
        process = await _started(starting)
    except FileNotFoundError as error:
        raise GitMissingError(error.strerror or "not found") from error
    try:
        async with asyncio.timeout(timeout):
            answer, said = await _hear(process)
            await process.wait()
            if len(answer) > _LARGEST_ANSWER:
                raise GitError(f"it said more than {_LARGEST_ANSWER:,} bytes")
    except TimeoutError:
        raise GitTimeoutError(f"it took longer than {timeout:g} s") from None
    finally:
        await _end(process)
    if process.returncode:
        raise GitError(redacted(said, access.secrets) or f"exit code {process.returncode}")
    return answer


def redacted(said: bytes, secrets: Iterable[str]) -> str:
    """What git said, without secrets, user names in addresses, and control characters."""
    text = said.decode(errors="replace")
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return _CONTROLS.sub("", _USERINFO.sub("", text)).strip()


def _environment(folder: Path, access: Access) -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    fixed = {
        "LC_ALL": "C",
        "HOME": str(folder),  # no .netrc, no .gitconfig
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_DIR": str(folder),
    }
    return passed | fixed | dict(_config({**_CONFIG, **access.config})) | dict(access.environment)


def _config(config: Config) -> Iterator[tuple[str, str]]:
    """Settings as variables, so that they stand on no command line."""
    yield "GIT_CONFIG_COUNT", str(len(config))
    for number, (name, value) in enumerate(config.items()):
        yield f"GIT_CONFIG_KEY_{number}", name
        yield f"GIT_CONFIG_VALUE_{number}", value


async def _started(
    starting: Coroutine[Any, Any, asyncio.subprocess.Process],
) -> asyncio.subprocess.Process:
    """The process, once it runs; if we are cancelled meanwhile, it is ended whole."""
    task = asyncio.create_task(starting, name="start git")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end(await task)
        raise


async def _hear(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Both outputs, to their ends."""
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("a process without pipes; this cannot be")
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(_answer(process.stdout), name="git's answer")
        said = tasks.create_task(_tail(process.stderr), name="git's errors")
    return answer.result(), said.result()


async def _answer(stream: asyncio.StreamReader) -> bytes:
    """All that comes; of far too much a little more than is allowed."""
    answer = bytearray()
    while part := await stream.read(1 << 16):
        answer += part[: _LARGEST_ANSWER + 1 - len(answer)]
    return bytes(answer)


async def _tail(stream: asyncio.StreamReader) -> bytes:
    tail = b""
    while part := await stream.read(1 << 16):
        tail = (tail + part)[-_TAIL:]
    return tail


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what still runs, with everything that it started; also when we are cancelled."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
