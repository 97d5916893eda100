"""What happens in the tour, step by step; each shows only what it has seen come true.

The story: a change reaches a subscriber; a broken one does not; a rollback brings the first version
back and keeps it, although the file still says otherwise; other files flow; a fix goes out.
"""

from typing import Any

from galley.cli import words
from galley.cli.tour.scene import Arrival, Scene, require
from galley.cli.tour.telling import Telling
from pipeline.model import Key

CHECKOUT = Key("networking.istio.io/VirtualService", "shop", "checkout")
FLAGS = Key("core/ConfigMap", "shop", "flags")
FILE, OTHER = "config/checkout.yaml", "config/flags.yaml"
REASON = "5 s is too long"


class Tour:
    """The steps, in order, over one scene."""

    def __init__(self, scene: Scene, telling: Telling) -> None:
        self._scene = scene
        self._tell = telling

    async def run(self) -> None:
        """All of them.

        Raises:
            DidNotHappenError: something that was announced did not come true.
        """
        steps = (
            self._serve,
            self._subscribe,
            self._change,
            self._break,
            self._roll_back,
            self._stay,
            self._mend,
        )
        for step in steps:
            await step()
            await self._tell.rest()

    async def _serve(self) -> None:
        self._tell.step("Serve a folder")
        self._tell.command("serve -c galley.yaml")
        live = await self._wait_for(1)
        glance = await self._scene.get("")
        self._tell.say(
            f"Version 1 is live: {words.plural(glance['resources'], 'resource')}, checked and "
            f"stored, digest {words.short(live['digest'])}.",
            mood="good",
        )

    async def _subscribe(self) -> None:
        self._tell.step("Subscribe")
        self._tell.command("subscribe")
        self._scene.start(self._scene.subscriber.run())
        first = await self._scene.subscriber.has(1)
        await self._synced(1)
        self._tell.say(
            f"A subscriber has version 1: {words.plural(len(first.resources), 'resource')}. "
            "It computed the same digest.",
            mood="good",
        )

    async def _change(self) -> None:
        self._tell.step("Change a file, and see it arrive")
        self._tell.edit(FILE, "timeout: 2s -> 5s")
        begun = self._scene.folder.replace(FILE, "timeout: 2s", "timeout: 5s")
        arrival = await self._scene.subscriber.has(2)
        require(_timeout(arrival) == "5s", "version 2 has the timeout of 5s")
        await self._synced(2)
        self._tell.say(
            f"Version 2 was at the subscriber {_milliseconds(begun, arrival)} after the file was "
            f"saved: {words.plural(len(arrival.upserts), 'resource')} sent, not "
            f"{len(arrival.resources)}.",
            mood="good",
        )

    async def _break(self) -> None:
        self._tell.step("Break a file, and see it stopped")
        self._tell.edit(FILE, "gateways: public -> pubic")
        self._scene.folder.replace(FILE, "- public", "- pubic")
        found = await self._scene.until("the broken file is reported", self._blocked)
        self._tell.command("diagnostics")
        self._tell.say(words.diagnostic({**found, "file": f"config/{found['file']}"}), mood="bad")
        await self._synced(2)
        self._tell.say("Nothing of it was published: version 2 stays live.", mood="good")

    async def _roll_back(self) -> None:
        self._tell.step("Roll back")
        self._tell.command(f'rollback 1 --reason "{REASON}"')
        first = await self._version(1)
        done = await self._scene.post("rollback", target="1", reason=REASON)
        require(done["digest"] == first["digest"], "the rollback restores the digest of version 1")
        require(done["delivery"]["outcome"] == "acked", "the subscriber has the rollback")
        arrival = await self._scene.subscriber.has(3)
        require(_timeout(arrival) == "2s", "version 3 has the timeout of 2s")
        self._tell.say(
            f"Version 3 is live, with the digest of version 1: {words.short(done['digest'])}. "
            f"{done['delivery']['had']} of {done['delivery']['connected']} subscribers have it.",
            mood="good",
        )

    async def _stay(self) -> None:
        self._tell.step("It stays rolled back, and everything else flows")
        self._tell.edit(FILE, "gateways: pubic -> public, so the file is valid, with its 5s")
        self._scene.folder.replace(FILE, "- pubic", "- public")
        await self._scene.until("the file is in quarantine", self._quarantined)
        self._tell.command("quarantine")
        self._tell.say("What the rollback took back is in quarantine until the file says something")
        self._tell.say("new: the service reads 5s, and keeps 2s.")
        self._tell.edit(OTHER, "gift-wrapping: off -> on")
        begun = self._scene.folder.replace(OTHER, '"off"', '"on"')
        arrival = await self._scene.subscriber.has(4)
        require(set(arrival.upserts) == {FLAGS}, "version 4 changes nothing but the flags")
        require(_timeout(arrival) == "2s", "version 4 keeps the timeout of 2s")
        await self._synced(4)
        self._tell.say(
            f"Another file went out as version 4, {_milliseconds(begun, arrival)} after it was "
            "saved; checkout is still at 2s.",
            mood="good",
        )

    async def _mend(self) -> None:
        self._tell.step("Fix the file, and see it published")
        self._tell.edit(FILE, "timeout: 5s -> 3s")
        begun = self._scene.folder.replace(FILE, "timeout: 5s", "timeout: 3s")
        arrival = await self._scene.subscriber.has(5)
        require(_timeout(arrival) == "3s", "version 5 has the timeout of 3s")
        await self._synced(5)
        await self._scene.until("the quarantine is empty", self._nothing_quarantined)
        self._tell.say(
            f"Version 5 is live, {_milliseconds(begun, arrival)} after the file was saved. The "
            "quarantine is empty.",
            mood="good",
        )
        self._tell.command("history")
        for version in (await self._scene.get("history"))["versions"]:
            self._tell.say(_entry(version))

    async def _wait_for(self, version: int) -> Any:
        found = await self._scene.get("wait", version=version, timeout=15)
        require(found["done"], f"version {version} is live")
        return found

    async def _synced(self, version: int) -> None:
        async def look() -> bool:
            known = await self._scene.get("subscribers")
            return any(each["state"] == "synced" and each["version"] == version for each in known)

        await self._scene.until(f"the subscriber acknowledges version {version}", look)

    async def _version(self, number: int) -> Any:
        versions = (await self._scene.get("history"))["versions"]
        return next(each for each in versions if each["version"] == number)

    async def _blocked(self) -> Any:
        found = await self._scene.get("diagnostics", level="error", resource=str(CHECKOUT))
        return next((each for each in found if each["line"] and each["column"]), None)

    async def _quarantined(self) -> bool:
        traced = await self._scene.get("trace", resource=str(CHECKOUT))
        return bool(traced["state"] == "quarantined")

    async def _nothing_quarantined(self) -> bool:
        return not await self._scene.get("quarantine")


def _timeout(arrival: Arrival) -> Any:
    """The timeout of the checkout route, as the subscriber holds it."""
    return arrival.resources[CHECKOUT].document().body["spec"]["http"][0]["timeout"]


def _milliseconds(begun: float, arrival: Arrival) -> str:
    return f"{(arrival.moment - begun) * 1000:.0f} ms"


def _entry(version: dict[str, Any]) -> str:
    what = version["reason"] or _changed(version["cause"])
    return f"{version['version']}  {words.short(version['digest'])}  {version['kind']:9} {what}"


def _changed(cause: dict[str, Any]) -> str:
    files = [name for each in cause.get("sources", ()) for name in each.get("locators", ())]
    return ", ".join(files)
