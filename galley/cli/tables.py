"""Tables: aligned plain text for programs and pipes, fitted and coloured on a terminal."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

import typer

from galley.cli import output, words

Row = Sequence[object]

GAP = "  "
ROOM = 24
"""Characters that the last column needs to be worth wrapping."""
COLOURED = frozenset({"STATE", "LEVEL"})
"""Titles of the columns whose words have colours."""
MOODS = {
    **dict.fromkeys(("synced", "live", "ok"), "good"),
    **dict.fromkeys(
        ("pending", "stale", "warning", "held", "parked", "waiting", "loading"), "warn"
    ),
    **dict.fromkeys(
        ("error", "nacked", "oversize", "diverged", "failing", "refused", "down"), "bad"
    ),
    **dict.fromkeys(("FAILED",), "bad"),
    **dict.fromkeys(("info", "gone", "carried", "never-synced"), "dim"),
}


def show(
    titles: Sequence[str], rows: Sequence[Row], *, empty: str = "", bare: bool = False
) -> None:
    """Print a table; `empty` is said on standard error when there are no rows.

    On a terminal the last column wraps within the room that is left.
    """
    cells = [[words.clean(cell) if cell not in {None, ""} else "-" for cell in row] for row in rows]
    if not cells:
        output.note(empty or "Nothing to show.")
        return
    lines = cells if bare else [list(titles), *cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    coloured = output.coloured(sys.stdout)
    room = _room(widths) if coloured else 0
    for number, row in enumerate(lines):
        heading = number == 0 and not bare
        for text in _wrapped(row, widths, room):
            typer.echo(_painted(text, titles, widths, heading=heading) if coloured else text)


def _room(widths: list[int]) -> int:
    """Width of the last column on this terminal; 0: do not wrap, there is too little left."""
    columns = shutil.get_terminal_size().columns
    left = columns - sum(widths[:-1]) - len(GAP) * (len(widths) - 1)
    return left if left >= ROOM else 0


def _wrapped(row: list[str], widths: list[int], room: int) -> Iterator[str]:
    *cells, last = row
    parts = textwrap.wrap(last, room) if room else [last]
    head = "".join(cell.ljust(width) + GAP for cell, width in zip(cells, widths, strict=False))
    yield (head + parts[0]).rstrip()
    for part in parts[1:]:
        yield " " * len(head) + part


def _painted(text: str, titles: Sequence[str], widths: list[int], *, heading: bool) -> str:
    """A line with the words of its coloured columns in their colours."""
    if heading:
        return typer.style(text, bold=True)
    painted, at, end = "", 0, 0
    for title, width in zip(titles, widths, strict=True):
        if title in COLOURED:
            cell = text[at : at + width]
            mood = MOODS.get(cell.strip(), "")
            painted += text[end:at] + (output.styled(cell, mood) if mood else cell)
            end = at + width
        at += width + len(GAP)
    return painted + text[end:]
