"""Servers of git as teams have them: smart HTTP over TLS by git's own program, and a real sshd."""

import asyncio
import base64
import getpass
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
from aiohttp import web

DEADLINE = 10.0
Trouble: TypeAlias = Callable[[web.Request, bytes], Awaitable[web.StreamResponse | None]]


@dataclass
class Forge:
    """A smart HTTP server of all repositories in a folder, whose rules tests change as it runs."""

    root: Path
    address: str = ""
    passwords: dict[str, str] = field(default_factory=dict)
    """Who is let in; with none, everybody is."""
    trouble: Trouble | None = None
    """What happens to an answer of git's, instead of its being sent."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for, with the query."""

    def url(self, name: str = "work") -> str:
        return f"{self.address}/{name}/.git"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if self.passwords and not self._knows(request):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'})
        status, headers, content = await self._backend(request)
        if self.trouble and (answer := await self.trouble(request, content)) is not None:
            return answer
        return web.Response(status=status, headers=headers, body=content)

    def _knows(self, request: web.Request) -> bool:
        kind, _, said = request.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return False
        user, _, password = base64.b64decode(said).decode().partition(":")
        return self.passwords.get(user) == password

    async def _backend(self, request: web.Request) -> tuple[int, dict[str, str], bytes]:
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        process = await asyncio.create_subprocess_exec(
            *("git", "http-backend"),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        answer, _ = await process.communicate(await request.read())
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        return status, headers, content


@asynccontextmanager
async def served(forge: Forge, context: ssl.SSLContext | None) -> AsyncIterator[Forge]:
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{tail:.*}", forge.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        _, port = runner.addresses[0][:2]
        forge.address = f"{'https' if context else 'http'}://127.0.0.1:{port}"
        yield forge
    finally:
        await runner.cleanup()


@pytest.fixture
async def forge(tmp_path: Path) -> AsyncIterator[Forge]:
    """A server without TLS, on loopback, to try what servers do wrong."""
    async with served(Forge(tmp_path), None) as running:
        yield running


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Forge]:
    """Another such server, of somebody else."""
    async with served(Forge(tmp_path), None) as running:
        yield running


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own."""

    folder: Path

    def issue(self, name: str, *, by: str = "ca") -> tuple[Path, Path]:
        """A certificate for 127.0.0.1, and its key."""
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        made = self.folder / f"{name}.pem"
        names = self.folder / "names"
        names.write_text("subjectAltName=IP:127.0.0.1\n")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        subject = ("-subj", f"/CN={name}")
        self._openssl("req", *curve, "-keyout", key, "-out", request, *subject)
        signer = ("-CA", self.folder / f"{by}.pem", "-CAkey", self.folder / f"{by}.key")
        self._openssl(
            *("x509", "-req", "-in", request, "-out", made, "-days", "2", "-CAcreateserial"),
            *signer, "-extfile", names,
        )  # fmt: skip
        return made, key

    def found(self, name: str = "ca") -> Path:
        """The authority's own certificate."""
        made = self.folder / f"{name}.pem"
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
        files = ("-keyout", self.folder / f"{name}.key", "-out", made)
        self._openssl("req", "-x509", *curve, *files, "-subj", f"/CN={name}")
        return made

    def _openssl(self, *words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "authority"
    folder.mkdir()
    made = Authority(folder)
    made.found()
    return made


@pytest.fixture
async def secure(tmp_path: Path, authority: Authority) -> AsyncIterator[Forge]:
    """A server with a certificate of the authority, which asks for one of the client's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("server"))
    context.load_verify_locations(authority.folder / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    async with served(Forge(tmp_path), context) as running:
        yield running


@dataclass
class Sshd:
    """An sshd of the test's own, which lets the test's user in with one key."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def known_hosts(self) -> str:
        kind, key, *_ = (self.folder / "host.pub").read_text().split()
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"

    def url(self, path: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    def key(self, name: str) -> Path:
        """A new key pair; the private part."""
        place = self.folder / name
        for each in (place, place.with_suffix(".pub")):
            each.unlink(missing_ok=True)
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(place)]
        subprocess.run(made, check=True)
        return place

    def start(self) -> None:
        """Run with the host key and the one authorized key that there are now."""
        shutil.copy(self.folder / "user.pub", self.folder / "authorized_keys")
        options = {
            "Port": self.port,
            "ListenAddress": "127.0.0.1",
            "HostKey": self.folder / "host",
            "AuthorizedKeysFile": self.folder / "authorized_keys",
            "PidFile": "none",
            "UsePAM": "no",
            "StrictModes": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
        }
        settings = self.folder / "sshd_config"
        settings.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        log = self.folder / "log"
        program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "sshd"
        self.process = subprocess.Popen([program, "-D", "-f", str(settings), "-E", str(log)])
        self._wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    def _wait(self) -> None:
        while True:
            if self.process is None or self.process.poll() is not None:
                raise AssertionError((self.folder / "log").read_text())
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE).close()
            except ConnectionRefusedError:
                continue
            return


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    if shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("no ssh server program here; install Debian's openssh-server")
    Path("/run/sshd").mkdir(exist_ok=True) if os.getuid() == 0 else None
    folder = tmp_path / "sshd"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Sshd(folder, port)
    server.key("host")
    server.key("user")
    server.start()
    try:
        yield server
    finally:
        server.stop()
