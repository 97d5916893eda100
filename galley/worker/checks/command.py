"""Asking a command: the candidate on its standard input, the answer on its standard output.

There is no shell. The command is a process group of its own, and nothing of the group outlives the
answer or the deadline.
"""

import asyncio
import os
import signal
from asyncio.subprocess import SubprocessStreamProtocol
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from galley.worker.checks.trouble import CheckError

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""Variables of the service that a command sees; another could hold somebody's secret."""

MOST_OUTPUT = 1024 * 1024
MOST_ERRORS = 64 * 1024
"""Bytes of the two outputs; more of the first is no answer, more of the second is not shown."""

CHUNK = 64 * 1024

REAPED = 5.0
"""Seconds in which a killed command is gone."""

AnyStream = TypeVar("AnyStream", asyncio.StreamReader, asyncio.StreamWriter)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    """Its exit code; negative: the signal that ended it."""
    output: bytes
    errors: bytes


async def run(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], document: Iterator[bytes]
) -> Ran:
    """Start a command, let it read, and wait for its end; if cancelled, it is killed.

    Raises:
        CheckError: it cannot be started, or says too much.
    """
    known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        process, pipes = await asyncio.get_running_loop().subprocess_exec(
            _Pipes, *command, cwd=folder, env={**known, **variables}, start_new_session=True
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CheckError(f"{command[0]} cannot be started: {reason}") from error
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_feed(_there(pipes.stdin), document), name="check input")
            output = tasks.create_task(_all(_there(pipes.stdout)), name="check output")
            errors = tasks.create_task(_beginning(_there(pipes.stderr)), name="check errors")
            await pipes.ended.wait()
            _kill(process)  # what it has started may hold its outputs open
        return Ran(process.get_returncode() or 0, output.result(), errors.result())
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        _kill(process)
        with suppress(TimeoutError):  # not even the kernel gets rid of it
            async with asyncio.timeout(REAPED):
                await pipes.ended.wait()
        process.close()


class _Pipes(SubprocessStreamProtocol):
    """The pipes of a command as streams, and its end: the one of `asyncio.subprocess.Process` comes
    only once nobody holds the pipes any more."""

    def __init__(self) -> None:
        super().__init__(limit=CHUNK, loop=asyncio.get_running_loop())
        self.ended = asyncio.Event()

    def process_exited(self) -> None:
        super().process_exited()
        self.ended.set()


def _kill(process: asyncio.SubprocessTransport) -> None:
    """Kill the whole group."""
    with suppress(ProcessLookupError, PermissionError):  # it has ended, or is not ours any more
        os.killpg(process.get_pid(), signal.SIGKILL)


async def _feed(stdin: asyncio.StreamWriter, document: Iterator[bytes]) -> None:
    """Write the document; a command need not read it."""
    with suppress(BrokenPipeError, ConnectionResetError):
        for piece in document:
            stdin.write(piece)
            await stdin.drain()
            await asyncio.sleep(0)
    stdin.close()


async def _all(output: asyncio.StreamReader) -> bytes:
    held = bytearray()
    while chunk := await output.read(CHUNK):
        held += chunk
        if len(held) > MOST_OUTPUT:
            raise CheckError(f"it answers more than {MOST_OUTPUT:,} bytes")
    return bytes(held)


async def _beginning(errors: asyncio.StreamReader) -> bytes:
    """The first of it; the rest is read as well, so that the command does not get stuck."""
    held = bytearray()
    while chunk := await errors.read(CHUNK):
        held += chunk[: MOST_ERRORS - len(held)]
    return bytes(held)


def _there(stream: AnyStream | None) -> AnyStream:
    """A stream that was asked for."""
    if stream is None:
        raise RuntimeError("a pipe of the command is missing")
    return stream
