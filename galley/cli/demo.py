"""`galley demo`: a guided tour in a scratch folder; what it shows lives in `galley.cli.tour`."""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from galley.cli.command import end, local
from galley.cli.failure import Exit, Failure
from galley.cli.tour import repository
from galley.cli.tour.afterwards import follow, program, suggest
from galley.cli.tour.chapter import Chapter
from galley.cli.tour.folder_chapter import FolderChapter
from galley.cli.tour.git_chapter import GitChapter
from galley.cli.tour.patience import DidNotHappenError
from galley.cli.tour.scene import Scene, scene
from galley.cli.tour.telling import Telling

app = typer.Typer(rich_markup_mode=None)

READING = 2.2
"""Seconds after each step, on a terminal."""
INTERRUPTED = 130
"""Exit code where Ctrl-C ended the tour itself, by convention."""


@app.command()
@local
def demo(
    *,
    stay: Annotated[
        bool | None,
        typer.Option(
            "--stay/--no-stay",
            help="Keep the service up afterwards.  [default: only on a terminal]",
            show_default=False,
        ),
    ] = None,
    pause: Annotated[
        float | None,
        typer.Option(
            help="Seconds to read after each step.  [default: 2.2 on a terminal, else 0]",
            min=0,
            show_default=False,
        ),
    ] = None,
) -> None:
    """A guided tour in a scratch folder, under a minute, with the real service.

    Publish, change, break, see it blocked, roll back, see it stay, fix: first with a folder, then
    with commits in a git repository. Each step waits for what it shows; if that does not come
    true, the exit code is 1.

    \b
    Examples:
      galley demo
      galley demo --no-stay --pause 0
    """
    terminal = sys.stdout.isatty()
    reading = READING if terminal else 0.0
    tour = _Demo(
        telling=Telling(pause=reading if pause is None else pause, program=program()),
        stay=terminal and sys.stdin.isatty() if stay is None else stay,
    )
    try:
        tour.run()
    except (KeyboardInterrupt, asyncio.CancelledError):
        tour.telling.close("Stopped; the scratch folder is gone.")
        end(Exit.DONE if tour.done else INTERRUPTED)


class _Demo:
    """One tour from start to stop."""

    def __init__(self, *, telling: Telling, stay: bool) -> None:
        self.telling = telling
        self.done = False
        """Whether every step came true."""
        self._stay = stay
        self._ended_by: BaseException | None = None

    def run(self) -> None:
        """Give the tour, in an event loop and a scratch folder of its own.

        Raises:
            Failure: something did not come true.
            OSError: nobody can read the story any more.
            KeyboardInterrupt, CancelledError: somebody has stopped it; everything is down.
        """
        with (
            tempfile.TemporaryDirectory(prefix="galley-demo-") as scratch,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            giving = self._give(Path(scratch).resolve())
            runner.run(_until_told(giving))
        if isinstance(self._ended_by, OSError):
            raise self._ended_by
        if self._ended_by:
            text = str(self._ended_by).rstrip(".")
            raise Failure(f"{text[:1].upper()}{text[1:]}.", code="refused")

    async def _give(self, scratch: Path) -> None:
        begun = time.monotonic()
        self.telling.open(f"A tour with the real service, in {scratch}.")
        try:
            async with scene(scratch) as place:
                scenes = await self._chapters(place)
                self.done = True
                self.telling.close(f"Everything came true, in {time.monotonic() - begun:.0f} s.")
                if self._stay:
                    suggest(scenes, self.telling)
                    await follow(scenes, self.telling)
        except* (DidNotHappenError, Failure, OSError) as errors:
            self._ended_by = _leaf(errors)

    async def _chapters(self, place: Scene) -> list[Scene]:
        """Tell them; the scenes that they played in."""
        chapters: list[Chapter] = [FolderChapter(place, self.telling)]
        if repository.installed():
            chapters.append(GitChapter(place, self.telling))
        for chapter in chapters:
            await chapter.run()
        if len(chapters) == 1:
            self.telling.close("There is no git here, so the chapter about commits is left out.")
        return [chapter.scene for chapter in chapters]


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Be cancelled by a polite end from outside, as by Ctrl-C, so that nothing is left behind."""
    task = asyncio.ensure_future(work)
    for each in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(each, task.cancel)
    await task


def _leaf(error: BaseException) -> BaseException:
    return _leaf(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
