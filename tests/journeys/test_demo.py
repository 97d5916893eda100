"""`galley demo`: every step comes true, and nothing is left behind."""

import asyncio
import os
import re
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
FOLDER_STEPS = 7
STEPS = 14
DEADLINE = 60.0


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made, for this process and those that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def left(scratch: Path) -> list[Path]:
    """What a demo has left behind."""
    return list(scratch.iterdir())


def push(scratch: Path, old: str, new: str) -> None:
    """Commit as a reader would, who need not have told git who they are."""
    (file,) = scratch.glob("*/demo/team/flags.yaml")
    file.write_text(file.read_text().replace(old, new))
    for command in ("commit --quiet --all --message change", "push --quiet"):
        subprocess.run(["git", *command.split()], cwd=file.parent, check=True, timeout=DEADLINE)


def edit(scratch: Path, old: str, new: str) -> None:
    """Edit the flags as a reader would."""
    (file,) = scratch.glob("*/demo/config/flags.yaml")
    file.write_text(file.read_text().replace(old, new))


def tell(**environment: str) -> list[str]:
    """The lines of a whole demo without a terminal."""
    done = subprocess.run(
        DEMO,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
        env={**os.environ, **environment},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def steps(story: list[str]) -> list[int]:
    """The numbers of the steps that were told."""
    return [int(line.split()[0]) for line in story if line[:1].isdecimal()]


def test_without_a_terminal_it_shows_every_step_and_ends(scratch: Path) -> None:
    """What is wrong is shown with its place, in a repository with commit and author besides."""
    story = tell()
    assert steps(story) == [*range(1, STEPS + 1)]
    text = "\n".join(story)
    assert "config/checkout.yaml:10:7: error GAL0601" in text
    assert re.search(r" checkout.yaml:10:7@[0-9a-f]{7}: error GAL0601", text)
    assert re.search(r"Not live of repo: [0-9a-f]{7} Tidy the gateways \(Ben\)", text)
    assert re.search(r"GAL0710 .* waits with revision [0-9a-f]{12}", text)
    assert "Everything came true" in text
    assert left(scratch) == []


def test_without_git_the_chapter_about_commits_is_left_out(scratch: Path) -> None:
    nothing = scratch / "nothing"
    nothing.mkdir()
    story = tell(PATH=str(nothing))
    assert steps(story) == [*range(1, FOLDER_STEPS + 1)]
    assert "There is no git here, so the chapter about commits is left out." in story
    assert left(scratch) == [nothing]


def test_the_settings_of_the_reader_for_git_have_no_part_in_it(scratch: Path) -> None:
    """A hook or a signature that cannot be made there does not spoil the tour."""
    settings = scratch / "gitconfig"
    settings.write_text("[commit]\n  gpgSign = true\n[user]\n  signingKey = none\n")
    story = tell(GIT_CONFIG_GLOBAL=str(settings), GIT_DIR=str(scratch / "elsewhere"))
    assert steps(story) == [*range(1, STEPS + 1)]


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


def heed_interrupts() -> None:
    """Also where the tests run in the background of a shell, which has them ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
async def staying(scratch: Path) -> AsyncIterator[Process]:
    """A demo that stays up after the tour."""
    process = await asyncio.create_subprocess_exec(
        *DEMO, "--stay", stdout=PIPE, preexec_fn=heed_interrupts
    )
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_it_stays_up_until_interrupted(staying: Process, scratch: Path) -> None:
    """Meanwhile a reader edits files and pushes commits, and sees what the subscribers get."""
    await _said(staying, "see here what arrives")
    edit(scratch, '"50"', '"40"')
    await _said(staying, "default, version 6: ConfigMap/shop/flags")
    await asyncio.to_thread(push, scratch, "40", "30")
    await _said(staying, "team, version 6: ConfigMap/shop/flags")
    staying.send_signal(signal.SIGINT)
    async with asyncio.timeout(DEADLINE):
        assert await staying.wait() == os.EX_OK
    assert left(scratch) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_an_interrupted_tour_ends_cleanly(
    staying: Process, scratch: Path, how: signal.Signals
) -> None:
    await _said(staying, "2  Subscribe")
    staying.send_signal(how)
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
