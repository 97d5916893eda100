"""What a reader can try while the service stays up, and what the subscriber gets meanwhile."""

import shutil
import sys
from itertools import count
from pathlib import Path

from galley.cli import words
from galley.cli.tour.scene import Arrival, Scene
from galley.cli.tour.steps import CHECKOUT
from galley.cli.tour.telling import Telling


def program() -> str:
    """How the reader calls this executable again, from the same folder."""
    called = Path(sys.argv[0])
    if called.stem != "galley":
        return "galley"
    found = shutil.which("galley")
    if found and Path(found).resolve() == called.resolve():
        return "galley"
    try:
        return str(called.relative_to(Path.cwd())) if called.is_absolute() else str(called)
    except ValueError:
        return str(called)


def suggest(scene: Scene, telling: Telling) -> None:
    """Name the address, the folder and some commands."""
    telling.step("Your turn: the service stays up until you press Ctrl-C")
    telling.say(f"export GALLEY_SERVER={scene.remote.url}")
    for text in ("status", "diff 1 5", f"trace {CHECKOUT}", "subscribe"):
        telling.command(text)
    telling.say(f"Edit, break or delete files in {scene.folder.path / 'config'}")
    telling.say("and see here what the subscriber gets:")


async def follow(scene: Scene, telling: Telling) -> None:
    """Tell what arrives at the subscriber, until cancelled."""
    for index in count(len(scene.subscriber.arrivals)):
        telling.say(_news(await scene.subscriber.arrival(index)))


def _news(arrival: Arrival) -> str:
    changed = ", ".join(words.name(str(key)) for key in sorted(arrival.upserts))
    gone = words.plural(len(arrival.removals), "removal") if arrival.removals else ""
    what = "; ".join(filter(None, (changed, gone))) or "nothing new"
    return f"version {arrival.version}: {what}"
