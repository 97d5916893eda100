"""How long to wait before connecting again: longer each time, and never all at once."""

import random


class Backoff:
    """Full jitter between zero and a bound that doubles, in seconds."""

    def __init__(self, first: float = 0.2, longest: float = 30.0) -> None:
        self._first = first
        self._longest = longest
        self._tries = 0

    def next(self) -> float:
        """The next pause."""
        bound = min(self._longest, self._first * 2**self._tries)
        self._tries = min(self._tries + 1, 32)
        return random.uniform(0, bound)  # noqa: S311  # jitter, not a secret

    def reset(self) -> None:
        """It worked; the next pause is short again."""
        self._tries = 0
