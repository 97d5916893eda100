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
