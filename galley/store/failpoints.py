"""Named steps at which a test can stop this process dead or make it slow.

The text is a list of `[CHANNEL:]STEP=ACTION[@N]` parted by commas. The action is `exit` (the
process gets SIGKILL, as by `kill -9`), `sleep:MILLISECONDS` or `fail` (the step raises
`StoreFullError`); with `@N` only the N-th passage counts. The steps of the store:

    store.staged         a batch of staged rows is durable
    store.staged-all     all of them are
    store.before-commit  everything is written, COMMIT is next
    store.after-commit   the commit is durable, nobody has been told
    store.before-record, store.after-record  the same for facts beside the versions
    store.swept          a slice of what retention removed is gone
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable

from galley.store.errors import StoreFullError

VARIABLE = "GALLEY_FAILPOINTS"


class Failpoints:
    """Call it with the name of a step; it acts if the step is listed."""

    def __init__(self, text: str, channel: str = "") -> None:
        self._actions = dict(_parse(part, channel) for part in text.split(",") if part.strip())
        self._passed: Counter[str] = Counter()

    def __call__(self, step: str) -> None:
        action, at = self._actions.get(step, ("", 0))
        if not action:
            return
        self._passed[step] += 1
        if at in (0, self._passed[step]):
            _act(action, step)


def from_environment(channel: str) -> Callable[[str], None] | None:
    """The failpoints that the environment names for this channel; None if it names none."""
    text = os.environ.get(VARIABLE, "")
    return Failpoints(text, channel) if text else None


def _parse(part: str, channel: str) -> tuple[str, tuple[str, int]]:
    step, _, action = part.strip().partition("=")
    scope, _, name = step.rpartition(":")
    if scope not in ("", channel):
        return step, ("", 0)
    action, _, at = action.partition("@")
    return name, (action, int(at or 0))


def _act(action: str, step: str) -> None:
    if action == "exit":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "fail":
        raise StoreFullError(f"failpoint {step}")
    elif action.startswith("sleep:"):
        # A slow disk is what this stands for, so it must hold up the store thread.
        threading.Event().wait(int(action.removeprefix("sleep:")) / 1000)
    else:
        raise ValueError(f"{action!r} is not an action of a failpoint; write exit, fail or sleep:N")
