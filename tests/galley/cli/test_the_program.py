"""The executable in a process of its own: quick, quiet, on its guard."""

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from galley import __version__
from galley._siblings import check, rivals
from galley.cli import main

ROOT = Path(main.__file__).parent.parent.parent


def test_help_loads_no_command(program: Any) -> None:
    """Neither aiohttp nor the models nor the pipeline: that is what makes it quick."""
    code = (
        "import sys; sys.argv = ['galley', '--help']\n"
        "import atexit; atexit.register(lambda: print(sorted(sys.modules)))\n"
        "from galley.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )

    assert done.stdout.startswith("Usage: galley")
    for heavy in ("'aiohttp'", "'pydantic'", "'rich.table'", "'pipeline.model'", "'sqlalchemy'"):
        assert heavy not in done.stdout


def test_no_service_is_one_line_with_a_remedy(program: Any) -> None:
    """Port 1 of loopback answers nobody."""
    result = program("status", "--server", "127.0.0.1:1")

    assert result.code == 2
    assert result.out == ""
    assert result.err == (
        "error: No service answers at http://127.0.0.1:1: Connection refused.\n"
        "       Start one with `galley serve`, or name another with --server or GALLEY_SERVER.\n"
    )


def test_without_arguments_it_shows_what_there_is(program: Any) -> None:
    result = program()

    assert result.code == 2
    assert "galley demo" in result.out + result.err


def test_https_where_there_is_none_is_said_so(served: Any, galley: Any) -> None:
    with served() as address:
        result = galley("status", "--server", address.replace("http:", "https:"))

    assert result.code == 2
    assert "does not speak TLS.\n" in result.err


@pytest.mark.parametrize("token", ["two\nlines", "t\xf6ken", "\udcff"])
def test_a_token_that_cannot_be_one_is_said_so(galley: Any, token: str) -> None:
    result = galley("status", GALLEY_TOKEN=token)

    assert result.code == 2
    assert result.err.startswith("error: GALLEY_TOKEN holds characters that are in no token.")
    assert token not in result.err


@pytest.mark.parametrize("command", ["explain", "demo"])
def test_output_that_cannot_be_written_is_one_line(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "galley", command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert (done.returncode, done.stderr) == (
        2,
        "error: The output cannot be written: No space left on device.\n",
    )


def test_a_reader_who_has_seen_enough_ends_the_demo_quietly() -> None:
    command = [sys.executable, "-P", "-m", "galley", "demo"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout
        assert demo.stderr
        demo.stdout.readline()
        demo.stdout.close()
        assert demo.stderr.read() == ""
    assert demo.returncode == 1


def test_a_misspelt_command_gets_the_nearest(program: Any) -> None:
    result = program("rolback")

    assert result.code == 2
    assert "there is no command 'rolback'; did you mean 'rollback'?" in result.err


def test_the_version_is_told_with_and_without_a_server(program: Any, galley: Any) -> None:
    assert program("--version").out == f"galley {__version__}\n"
    assert "no answer at" in program("version", "--server", "127.0.0.1:1").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(galley: Any, shell: str) -> None:
    assert "_GALLEY_COMPLETE" in galley("completion", shell).out


def test_a_foreign_package_of_our_name_is_one_line(tmp_path: Path) -> None:
    """A folder `pipeline` in the working directory shadows ours when Python looks there."""
    (tmp_path / "pipeline").mkdir()
    (tmp_path / "pipeline" / "__init__.py").write_text("raise RuntimeError('foreign')\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "galley", "version"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: the package 'pipeline' at {tmp_path}/pipeline is not")
    assert done.stderr.count("\n") == 1


def test_our_packages_are_ours_here() -> None:
    check()

    assert rivals() == {}


def test_a_terminal_gets_colours_unless_it_wants_none(tmp_path: Path) -> None:
    """In a real pseudo-terminal."""
    (tmp_path / "a.yaml").write_text("a: [\n")
    coloured = _in_a_terminal(tmp_path, {})
    plain = _in_a_terminal(tmp_path, {"NO_COLOR": "1"})

    assert "\x1b[31merror\x1b[0m" in coloured
    assert not re.search(r"\x1b\[3\dm", plain)


def _in_a_terminal(folder: Path, environment: dict[str, str]) -> str:
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "galley", "validate", str(folder)]
    env = {**os.environ, "TERM": "xterm", **environment}
    process = subprocess.Popen(command, stdout=child, stderr=child, env=env, cwd=ROOT)
    os.close(child)
    shown, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            part = os.read(parent, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    process.wait(60)
    os.close(parent)
    return shown.decode()
