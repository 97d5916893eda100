"""How the tour is told: numbered steps of short lines, with time to read them on a terminal."""

import asyncio
import shutil
import sys
import textwrap

import typer

from galley.cli import output, words

WIDEST = 110
"""Columns that a line of the story fills at most."""


class Telling:
    """Writes the story to standard output as it happens.

    Args:
        pause: seconds to leave the reader after a step.
        program: how the reader calls the executable.
    """

    def __init__(self, *, pause: float, program: str) -> None:
        self.program = program
        self._pause = pause
        self._steps = 0

    def open(self, text: str) -> None:
        """The line before the first step."""
        self._write(self._bold(words.clean(text)))

    def close(self, text: str) -> None:
        """A line after the last one."""
        self._write()
        self._write(self._bold(words.clean(text)))

    def step(self, title: str) -> None:
        """The head of a step."""
        self._steps += 1
        self._write()
        self._write(self._bold(f"{self._steps}  {title}"))

    def command(self, text: str) -> None:
        """The command that does the same, or shows it."""
        self.shell(f"{self.program} {text}")

    def shell(self, text: str) -> None:
        """A command of another program."""
        self._write("   " + output.styled(f"$ {words.clean(text)}", "dim"))

    def edit(self, file: str, change: str) -> None:
        """What was done to a file."""
        self._write(
            "   " + output.styled(f"edit {words.clean(file)}: {words.clean(change)}", "dim")
        )

    def say(self, text: str, *, mood: str = "") -> None:
        """A line of the story; on a terminal, as many as its width needs."""
        for line in _folded(words.clean(text)):
            self._write("   " + (output.styled(line, mood) if mood else line))

    async def rest(self) -> None:
        """Leave the reader time."""
        await asyncio.sleep(self._pause)

    def _bold(self, text: str) -> str:
        return typer.style(text, bold=True) if output.coloured(sys.stdout) else text

    def _write(self, text: str = "") -> None:
        typer.echo(text)
        sys.stdout.flush()


def _folded(text: str) -> list[str]:
    """Lines that fit the terminal, with their indentation; one where there is no terminal."""
    if not sys.stdout.isatty():
        return [text]
    width = max(40, min(WIDEST, shutil.get_terminal_size().columns) - 3)
    return textwrap.wrap(
        text,
        width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
