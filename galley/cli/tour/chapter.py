"""What the chapters of the tour have in common: they are about one channel, and wait for it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from galley.cli import history, words
from galley.cli.tour.patience import require
from galley.cli.tour.scene import Scene
from galley.cli.tour.subscriber import Arrival
from galley.cli.tour.telling import Telling
from pipeline.model import Key

CHECKOUT = Key("networking.istio.io/VirtualService", "shop", "checkout")
FLAGS = Key("core/ConfigMap", "shop", "flags")


class Chapter(ABC):
    """Some steps, in order, over one channel."""

    def __init__(self, scene: Scene, telling: Telling) -> None:
        self.scene = scene
        self._tell = telling

    async def run(self) -> None:
        """All of them.

        Raises:
            DidNotHappenError: something that was announced did not come true.
        """
        for step in self._steps():
            await step()
            await self._tell.rest()

    @abstractmethod
    def _steps(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What happens, in order."""

    async def _subscribed(self) -> Arrival:
        """Start a subscriber, and wait until it has version 1."""
        self.scene.start(self.scene.subscriber.run())
        first = await self.scene.subscriber.has(1)
        await self._synced(1)
        return first

    async def _live(self, version: int) -> Any:
        """Wait until a version is live; the channel at a glance."""
        found = await self.scene.get("wait", version=version, timeout=15)
        require(found["done"], f"version {version} is live")
        return await self.scene.get("")

    async def _synced(self, version: int) -> None:
        async def look() -> bool:
            known = await self.scene.get("subscribers")
            return any(each["state"] == "synced" and each["version"] == version for each in known)

        await self.scene.until(f"the subscriber acknowledges version {version}", look)

    async def _version(self, number: int) -> Any:
        versions = (await self.scene.get("history"))["versions"]
        return next(each for each in versions if each["version"] == number)

    async def _blocked(self) -> Any:
        """What is wrong with the checkout, once it is told with its place."""

        async def look() -> Any:
            found = await self.scene.get("diagnostics", level="error", resource=str(CHECKOUT))
            return next((each for each in found if each["line"] and each["column"]), None)

        return await self.scene.until("the mistake is reported", look)

    async def _rolled_back(self, target: int, reason: str, *, live: int) -> Any:
        """Roll back; the new version must be `live`, equal its target, and be everywhere."""
        wanted = await self._version(target)
        done = await self.scene.post("rollback", target=str(target), reason=reason)
        require(done["digest"] == wanted["digest"], f"it restores the digest of version {target}")
        require(done["delivery"]["outcome"] == "acked", "the subscriber has the rollback")
        await self.scene.subscriber.has(live)
        return done

    async def _nothing_quarantined(self) -> None:
        async def look() -> bool:
            return not await self.scene.get("quarantine")

        await self.scene.until("the quarantine is empty", look)

    async def _tell_history(self) -> None:
        for version in (await self.scene.get("history"))["versions"]:
            what = version["reason"] or history.cause(version["cause"])
            digest = words.short(version["digest"])
            self._tell.say(f"{version['version']}  {digest}  {version['kind']:9} {what}")


def checkout(arrival: Arrival) -> Any:
    """The HTTP route of the checkout, as the subscriber holds it."""
    return arrival.resources[CHECKOUT].document().body["spec"]["http"][0]
