"""Signs of life during long work: on a terminal only, on standard error."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from galley.cli import output

Tell = Callable[[str], None]


@contextlib.contextmanager
def working(text: str) -> Iterator[Tell]:
    """A spinner with a text that the work can replace; silent where nobody watches."""
    if not output.coloured(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only terminals pay for it

    with Console(stderr=True).status(text) as status:
        yield status.update


@contextlib.contextmanager
def counting(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar over a known number of steps; the work says how many are done."""
    if not output.coloured(sys.stderr) or total < 2:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only terminals pay for it
    from rich.progress import Progress  # noqa: PLC0415  # as above

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(text, total=total)
        yield lambda done: progress.update(task, completed=done)
