"""Helper processes of the benchmark: commands in, answers out, a line of JSON each."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

import uvloop

ROOT = Path(__file__).parents[2]
LINE = 16 * 1024 * 1024
"""Bytes of the longest answer."""

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Child:
    """A module of the benchmark that runs as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str) -> Self:
        """Start `tests.bench.MODULE`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"tests.bench.{module}"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            limit=LINE,
        )
        return cls(process)

    async def ask(self, do: str, *, within: float = 300, **params: Any) -> dict[str, Any]:
        """One command and its answer; a failure over there is raised here."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **params}).encode() + b"\n")
        async with asyncio.timeout(within):
            line = await self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line or b'{"error": "it has ended"}')
        if "error" in answer:
            raise RuntimeError(f"{do}: {answer['error']}")
        return answer

    async def stop(self) -> None:
        """End it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def serve(handlers: dict[str, Handler]) -> None:
    """Be a child: answer commands until standard input ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(handlers))


async def _serve(handlers: dict[str, Handler]) -> None:
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        try:
            answer = await handlers[command.pop("do")](command)
        except Exception as error:  # noqa: BLE001  # the other end raises it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
