"""The chapter of a folder of files; each step shows only what it has seen come true.

A change reaches a subscriber; a broken one does not; a rollback brings the first version back and
keeps it, although the file still says otherwise; other files flow; a fix goes out.
"""

from collections.abc import Awaitable, Callable

from galley.cli import words
from galley.cli.tour.chapter import CHECKOUT, FLAGS, Chapter, checkout
from galley.cli.tour.patience import require

FILE, OTHER = "config/checkout.yaml", "config/flags.yaml"
REASON = "5 s is too long"


class FolderChapter(Chapter):
    """Over the channel `default`."""

    def _steps(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return (
            self._serve,
            self._subscribe,
            self._change,
            self._break,
            self._roll_back,
            self._stay,
            self._mend,
        )

    async def _serve(self) -> None:
        self._tell.step("Serve a folder")
        self._tell.command("serve -c galley.yaml")
        glance = await self._live(1)
        self._tell.say(
            f"Version 1 is live: {words.plural(glance['resources'], 'resource')}, checked and "
            f"stored, digest {words.short(glance['digest'])}.",
            mood="good",
        )

    async def _subscribe(self) -> None:
        self._tell.step("Subscribe")
        self._tell.command("subscribe")
        first = await self._subscribed()
        self._tell.say(
            f"A subscriber has version 1: {words.plural(len(first.resources), 'resource')}. "
            "It computed the same digest.",
            mood="good",
        )

    async def _change(self) -> None:
        self._tell.step("Change a file, and see it arrive")
        self._tell.edit(FILE, "timeout: 2s -> 5s")
        begun = self.scene.folder.replace(FILE, "timeout: 2s", "timeout: 5s")
        arrival = await self.scene.subscriber.has(2)
        require(checkout(arrival)["timeout"] == "5s", "version 2 has the timeout of 5s")
        await self._synced(2)
        self._tell.say(
            f"Version 2 was at the subscriber {arrival.milliseconds_after(begun)} after the file "
            f"was saved: {words.plural(len(arrival.upserts), 'resource')} sent, not "
            f"{len(arrival.resources)}.",
            mood="good",
        )

    async def _break(self) -> None:
        self._tell.step("Break a file, and see it stopped")
        self._tell.edit(FILE, "gateways: public -> pubic")
        self.scene.folder.replace(FILE, "- public", "- pubic")
        found = await self._blocked()
        self._tell.command("diagnostics")
        self._tell.say(words.diagnostic({**found, "file": f"config/{found['file']}"}), mood="bad")
        await self._synced(2)
        self._tell.say("Nothing of it was published: version 2 stays live.", mood="good")

    async def _roll_back(self) -> None:
        self._tell.step("Roll back")
        self._tell.command(f'rollback 1 --reason "{REASON}"')
        done = await self._rolled_back(1, REASON, live=3)
        arrival = await self.scene.subscriber.has(3)
        require(checkout(arrival)["timeout"] == "2s", "version 3 has the timeout of 2s")
        self._tell.say(
            f"Version 3 is live, with the digest of version 1: {words.short(done['digest'])}. "
            f"{done['delivery']['had']} of {done['delivery']['connected']} subscribers have it.",
            mood="good",
        )

    async def _stay(self) -> None:
        self._tell.step("It stays rolled back, and everything else flows")
        self._tell.edit(FILE, "gateways: pubic -> public, so the file is valid, with its 5s")
        self.scene.folder.replace(FILE, "- pubic", "- public")
        await self.scene.until("the file is in quarantine", self._quarantined)
        self._tell.command("quarantine")
        self._tell.say(
            "What the rollback took back is in quarantine until the file says something new: the "
            "service reads 5s, and keeps 2s."
        )
        self._tell.edit(OTHER, "gift-wrapping: off -> on")
        begun = self.scene.folder.replace(OTHER, '"off"', '"on"')
        arrival = await self.scene.subscriber.has(4)
        require(set(arrival.upserts) == {FLAGS}, "version 4 changes nothing but the flags")
        require(checkout(arrival)["timeout"] == "2s", "version 4 keeps the timeout of 2s")
        await self._synced(4)
        self._tell.say(
            f"Another file went out as version 4, {arrival.milliseconds_after(begun)} after it was "
            "saved; checkout is still at 2s.",
            mood="good",
        )

    async def _mend(self) -> None:
        self._tell.step("Fix the file, and see it published")
        self._tell.edit(FILE, "timeout: 5s -> 3s")
        begun = self.scene.folder.replace(FILE, "timeout: 5s", "timeout: 3s")
        arrival = await self.scene.subscriber.has(5)
        require(checkout(arrival)["timeout"] == "3s", "version 5 has the timeout of 3s")
        await self._synced(5)
        await self._nothing_quarantined()
        self._tell.say(
            f"Version 5 is live, {arrival.milliseconds_after(begun)} after the file was saved. The "
            "quarantine is empty.",
            mood="good",
        )
        self._tell.command("history")
        await self._tell_history()

    async def _quarantined(self) -> bool:
        traced = await self.scene.get("trace", resource=str(CHECKOUT))
        return bool(traced["state"] == "quarantined")
