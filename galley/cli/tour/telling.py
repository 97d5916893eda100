"""How the tour is told: numbered steps of short lines, with time to read them on a terminal."""

import asyncio
import sys

import typer

from galley.cli import output, words


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
        self._write("   " + output.styled(f"$ {self.program} {words.clean(text)}", "dim"))

    def edit(self, file: str, change: str) -> None:
        """What was done to a file."""
        self._write(
            "   " + output.styled(f"edit {words.clean(file)}: {words.clean(change)}", "dim")
        )

    def say(self, text: str, *, mood: str = "") -> None:
        """A line of the story."""
        safe = words.clean(text)
        self._write("   " + (output.styled(safe, mood) if mood else safe))

    async def rest(self) -> None:
        """Leave the reader time."""
        await asyncio.sleep(self._pause)

    def _bold(self, text: str) -> str:
        return typer.style(text, bold=True) if output.coloured(sys.stdout) else text

    def _write(self, text: str = "") -> None:
        typer.echo(text)
        sys.stdout.flush()
