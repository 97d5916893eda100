"""`galley demo`: every step comes true, and nothing is left behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from galley.cli.main import app
from galley.cli.tour import scene

DEMO = (sys.executable, "-P", "-m", "galley", "demo")
STEPS = 7
DEADLINE = 60.0


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, for this process and those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left(scratch: Path) -> list[Path]:
    """What a demo has left behind."""
    return list(scratch.iterdir())


def edit(scratch: Path, old: str, new: str) -> None:
    """Edit the flags as a reader would."""
    (file,) = scratch.glob("*/demo/config/flags.yaml")
    file.write_text(file.read_text().replace(old, new))


def test_without_a_terminal_it_shows_every_step_and_ends(scratch: Path) -> None:
    done = subprocess.run(DEMO, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    heads = [line for line in done.stdout.splitlines() if line[:1].isdecimal()]
    assert [int(line.split()[0]) for line in heads] == [*range(1, STEPS + 1)]
    assert "Everything came true" in done.stdout
    assert left(scratch) == []


def test_what_is_blocked_is_shown_with_file_line_and_column(scratch: Path) -> None:
    done = subprocess.run(DEMO, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert "config/checkout.yaml:10:7: error GAL0601" in done.stdout


async def _said(process: Process, wanted: str) -> str:
    """Everything up to a line that says this."""
    assert process.stdout is not None
    text = ""
    async with asyncio.timeout(DEADLINE):
        while wanted not in text:
            line = await process.stdout.readline()
            assert line, f"it ended without {wanted!r}: {text}"
            text += line.decode()
    return text


@pytest.fixture
async def staying(scratch: Path) -> AsyncIterator[Process]:
    """A demo that stays up after the tour."""
    process = await asyncio.create_subprocess_exec(*DEMO, "--stay", stdout=PIPE)
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_it_stays_up_until_interrupted(staying: Process, scratch: Path) -> None:
    """Meanwhile a reader edits files, and sees what the subscriber gets."""
    await _said(staying, "see here what the subscriber gets")
    edit(scratch, '"50"', '"40"')
    await _said(staying, "version 6: ConfigMap/shop/flags")
    staying.send_signal(signal.SIGINT)
    async with asyncio.timeout(DEADLINE):
        assert await staying.wait() == os.EX_OK
    assert left(scratch) == []


async def test_an_interrupted_tour_ends_cleanly(staying: Process, scratch: Path) -> None:
    await _said(staying, "2  Subscribe")
    staying.send_signal(signal.SIGINT)
    async with asyncio.timeout(DEADLINE):
        assert await staying.wait() in {os.EX_OK, 130}
    assert left(scratch) == []


def test_what_does_not_come_true_ends_it_loudly(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sample lacks what the tour wants to change; nothing is glossed over."""
    spoilt = scratch / "samples"
    shutil.copytree(scene.samples() / "quickstart", spoilt / "quickstart")
    file = spoilt / "quickstart" / "config" / "checkout.yaml"
    file.write_text(file.read_text().replace("timeout: 2s", "timeout: 9s"))
    monkeypatch.setattr(scene, "samples", lambda: spoilt)  # samples that somebody has changed
    done = CliRunner().invoke(app, ["demo", "--no-stay"])
    assert done.exit_code == 1
    assert "in vain: 'timeout: 2s' in config/checkout.yaml" in done.stderr
