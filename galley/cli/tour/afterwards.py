"""What a reader can try while the service stays up, and what the subscriber gets meanwhile."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from galley.cli import words
from galley.cli.tour.chapter import CHECKOUT
from galley.cli.tour.git_chapter import CHANNEL
from galley.cli.tour.scene import Scene
from galley.cli.tour.subscriber import Arrival
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


def suggest(scenes: Sequence[Scene], telling: Telling) -> None:
    """Name the address, the folder and some commands."""
    folder = scenes[0].folder.path
    telling.step("Your turn: the service stays up until you press Ctrl-C")
    telling.say("In a second terminal, in this folder:")
    telling.shell(f"export GALLEY_SERVER={scenes[0].remote.url}")
    for text in ("status", "diff 1 5", f"trace {words.name(str(CHECKOUT))}", "subscribe"):
        telling.command(text)
    if len(scenes) > 1:
        telling.command(f"diff 2 3 --channel {CHANNEL}")
        telling.shell(f"cd {folder / 'team'}   # edit, then")
        telling.shell('git commit -am "what I changed" && git push   # looked at every 2 s')
    telling.say(f"Edit, break or delete files in {folder / 'config'}, and see here what arrives:")


async def follow(scenes: Sequence[Scene], telling: Telling) -> None:
    """Tell what arrives at the subscribers, until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for scene in scenes:
            tasks.create_task(_follow(scene, telling), name=f"follow {scene.remote.channel}")


async def _follow(scene: Scene, telling: Telling) -> None:
    for index in count(len(scene.subscriber.arrivals)):
        news = _news(await scene.subscriber.arrival(index))
        telling.say(f"{scene.remote.channel}, {news}")


def _news(arrival: Arrival) -> str:
    changed = ", ".join(words.name(str(key)) for key in sorted(arrival.upserts))
    gone = words.plural(len(arrival.removals), "removal") if arrival.removals else ""
    what = "; ".join(filter(None, (changed, gone))) or "nothing new"
    return f"version {arrival.version}: {what}"
