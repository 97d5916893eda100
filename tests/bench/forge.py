"""A server of git repositories on loopback: smart HTTP by git's own program, in its own process."""

import asyncio
import os
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.bench.child import serve

LARGEST_REQUEST = 1 << 26


class Forge:
    """Serves all bare repositories in a folder to everybody."""

    def __init__(self) -> None:
        self._root = Path()
        self._looks = 0

    async def listen(self, command: dict[str, Any]) -> dict[str, Any]:
        """Begin; the address below which the repositories are."""
        self._root = Path(command["root"])
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return {"address": f"http://127.0.0.1:{runner.addresses[0][1]}"}

    async def looks(self, _: dict[str, Any]) -> dict[str, Any]:
        """How often somebody has begun to ask for anything."""
        return {"looks": self._looks}

    async def _handle(self, request: web.Request) -> web.Response:
        self._looks += request.path.endswith("/info/refs")
        body = await request.read()  # as it was before it was compressed
        process = await asyncio.create_subprocess_exec(
            *("git", "http-backend"),
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self._root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": request.path,
                "QUERY_STRING": request.query_string,
                "REQUEST_METHOD": request.method,
                "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            },
            stdin=asyncio.subprocess.PIPE if body else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        answer, _ = await process.communicate(body or None)
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        return web.Response(status=status, headers=headers, body=content)


if __name__ == "__main__":
    forge = Forge()
    serve({"listen": forge.listen, "looks": forge.looks})
