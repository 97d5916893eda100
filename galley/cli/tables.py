"""Tables: aligned plain text for programs and pipes, fitted and coloured on a terminal."""

import sys
from collections.abc import Sequence

import typer

from galley.cli import output, words

Row = Sequence[object]

COLOURS = {
    "good": ("synced", "live", "ok", "acked", "added", "ready"),
    "warn": ("pending", "stale", "warning", "held", "parked", "waiting", "changed", "loading"),
    "bad": ("error", "nacked", "diverged", "failing", "refused", "down", "deleted", "FAILED"),
    "dim": ("info", "gone", "-", "carried", "never-synced"),
}
_MOOD_OF = {word: mood for mood, known in COLOURS.items() for word in known}


def show(
    titles: Sequence[str], rows: Sequence[Row], *, empty: str = "", bare: bool = False
) -> None:
    """Print a table; `empty` is said on standard error when there are no rows.

    The last column takes the room that is left and wraps on a terminal.
    """
    texts = [[words.clean(cell) if cell not in {None, ""} else "-" for cell in row] for row in rows]
    if not texts:
        output.note(empty or "Nothing to show.")
        return
    head = [] if bare else [list(titles)]
    if output.coloured(sys.stdout):
        _fitted(head, texts)
    else:
        _plain(head + texts)


def _plain(rows: list[list[str]]) -> None:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _fitted(head: list[list[str]], rows: list[list[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415  # a tenth of a second that pipes need not pay
    from rich.table import Table  # noqa: PLC0415  # as above
    from rich.text import Text  # noqa: PLC0415  # as above

    table = Table(box=None, show_header=bool(head), header_style="bold", pad_edge=False)
    titles = head[0] if head else [""] * len(rows[0])
    for index, title in enumerate(titles):
        last = index == len(titles) - 1
        table.add_column(title, no_wrap=not last, overflow="fold" if last else "ellipsis")
    for row in rows:
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    Console(highlight=False).print(table)


def _style(cell: str) -> str:
    mood = _MOOD_OF.get(cell.partition(" ")[0], "")
    return output.MOODS[mood] if mood else ""
