"""The chapter of a git repository; a commit is published whole, or not at all.

A commit goes out, named; one with a mistake does not; one that is valid and wrong goes out, is
rolled back and stays so, while an unrelated commit on top of it waits; the fix carries that along.
"""

import shutil
from collections.abc import Awaitable, Callable
from typing import Any

from galley.cli import history, words
from galley.cli.tour.chapter import FLAGS, Chapter, checkout
from galley.cli.tour.patience import require
from galley.cli.tour.repository import Repository
from galley.cli.tour.scene import Scene
from galley.cli.tour.telling import Telling

CHANNEL, SOURCE = "team", "repo"
SETTINGS = f"""
  - name: {CHANNEL}
    sources:
      - {{name: {SOURCE}, type: git, url: ./team.git, ref: main, interval: 2s}}
"""
FILE, OTHER = "team/checkout.yaml", "team/flags.yaml"
FIRST = "Routes of the shop"
REASON = "the next checkout loses orders"


class GitChapter(Chapter):
    """Over a channel of its own, which the service gets while it runs."""

    def __init__(self, scene: Scene, telling: Telling) -> None:
        super().__init__(scene.of(CHANNEL), telling)
        self._repository = Repository(scene.folder.path)

    def _steps(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return (
            self._connect,
            self._commit,
            self._break,
            self._mistake,
            self._roll_back,
            self._wait,
            self._mend,
        )

    async def _connect(self) -> None:
        self._tell.step("Follow a git repository, in a channel of its own")
        await self._repository.create()
        config = self.scene.folder.path / "config"
        shutil.copytree(config, self._repository.tree, dirs_exist_ok=True)
        self._tell.shell("git init -q --bare team.git && git clone -q team.git team")
        self._tell.shell(f'git add . && git commit -qm "{FIRST}" && git push -q')
        commit, _ = await self._repository.push(FIRST, "Ann")
        settings = self.scene.folder.settings
        self._tell.edit(settings.name, f"channel {CHANNEL}, from the branch main of team.git")
        with settings.open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        self._tell.command("reload")
        await self.scene.reload()
        glance = await self._live(1)
        await self._subscribed()
        await self._require_commits(1, commit)
        self._tell.say(
            f"The service went on meanwhile. Version 1 of {CHANNEL} is live and at a subscriber: "
            f"{words.plural(glance['resources'], 'resource')} from commit {short(commit)}.",
            mood="good",
        )

    async def _commit(self) -> None:
        self._tell.step("Push a commit, and see it live under its name")
        self._edit(FILE, "timeout: 3s", "timeout: 4s")
        commit, begun = await self._push("Give the checkout 4 s", "Ann")
        arrival = await self.scene.subscriber.has(2)
        require(checkout(arrival)["timeout"] == "4s", "version 2 has the timeout of 4s")
        await self._synced(2)
        version = await self._require_commits(2, commit)
        self._tell.say(
            f"Version 2 was at the subscriber {arrival.milliseconds_after(begun)} after the push: "
            f"{history.cause(version['cause'])}.",
            mood="good",
        )

    async def _break(self) -> None:
        self._tell.step("Push a commit with a mistake, and see it stopped")
        self._edit(FILE, "- public", "- pubic")
        commit, _ = await self._push("Tidy the gateways", "Ben")
        found = await self._blocked()
        require(found["revision"] == commit, "the mistake is told with its commit")
        self._command("diagnostics")
        self._tell.say(words.diagnostic(found), mood="bad")
        source = await self._source()
        require(source["arrived"][0]["id"] == commit, "the commit is known as not live")
        self._command("sources")
        self._tell_arrived(source)
        await self._synced(2)
        self._tell.say("Nothing of it was published: version 2 stays live.", mood="good")

    async def _mistake(self) -> None:
        self._tell.step("Push a commit that is valid, and wrong")
        self._edit(FILE, "- pubic", "- public")
        self._edit(FILE, "weight: 90", "weight: 0")
        self._edit(FILE, "weight: 10", "weight: 100")
        commit, _ = await self._push("Mend the gateway; everybody to the next checkout", "Ben")
        arrival = await self.scene.subscriber.has(3)
        require(checkout(arrival)["route"][1]["weight"] == 100, "version 3 sends all to the next")
        await self._synced(3)
        version = await self._require_commits(3, commit)
        self._tell.say(
            "It passes every check, and mends the commit that was stopped. Version 3 is live: "
            f"{history.cause(version['cause'])}.",
            mood="good",
        )

    async def _roll_back(self) -> None:
        self._tell.step("Roll back, whatever the branch says")
        self._command(f'rollback 2 --reason "{REASON}"')
        done = await self._rolled_back(2, REASON, live=4)
        require(await self.scene.get("quarantine"), "what the commit says is in quarantine")
        self._tell.say(
            f"Version 4 is live, with the digest of version 2: {words.short(done['digest'])}. "
            "The branch stays as it is, and what it says is in quarantine.",
            mood="good",
        )

    async def _wait(self) -> None:
        self._tell.step("A commit on top that mends nothing waits, and says why")
        self._edit(OTHER, '"50"', '"40"')
        commit, _ = await self._push("Free shipping from 40", "Cleo")
        source = await self.scene.until("the commit waits", lambda: self._waiting(commit))
        self._command("sources")
        self._tell_arrived(source)
        self._tell.say(words.diagnostic(source["waits"]), mood="warn")
        await self._synced(4)
        self._tell.say("A commit is published whole or not at all: version 4 stays live.")

    async def _mend(self) -> None:
        self._tell.step("Push the fix, and it carries along what waited")
        self._edit(FILE, "weight: 0", "weight: 80")
        self._edit(FILE, "weight: 100", "weight: 20")
        commit, begun = await self._push("Only a fifth to the next checkout", "Ben")
        arrival = await self.scene.subscriber.has(5)
        require(checkout(arrival)["route"][1]["weight"] == 20, "version 5 has the fix")
        flags = arrival.resources[FLAGS].document().body["data"]
        require(flags["free-shipping-from"] == "40", "version 5 has the commit that waited")
        await self._synced(5)
        await self._require_commits(5, commit)
        await self._nothing_quarantined()
        self._tell.say(
            f"Version 5 is live, {arrival.milliseconds_after(begun)} after the push, with "
            "the commit that waited. The quarantine is empty.",
            mood="good",
        )
        self._command("history")
        await self._tell_history()

    def _edit(self, file: str, old: str, new: str) -> None:
        self._tell.edit(file, f"{old} -> {new}")
        self.scene.folder.replace(file, old, new)

    async def _push(self, subject: str, author: str) -> tuple[str, float]:
        """Commit and push, and tell the source as a webhook would."""
        self._tell.shell(f'git commit -qam "{subject}" && git push -q')
        pushed = await self._repository.push(subject, author)
        await self.scene.hint(SOURCE)
        return pushed

    def _command(self, text: str) -> None:
        self._tell.command(f"{text} --channel {CHANNEL}")

    async def _source(self) -> Any:
        (source,) = await self.scene.get("sources")
        return source

    async def _waiting(self, commit: str) -> Any:
        """The source, once it waits with this commit."""
        source = await self._source()
        return source if source["waits"] and source["revision"] == commit else None

    def _tell_arrived(self, source: dict[str, Any]) -> None:
        news = words.commits(source["arrived"], source["arrived_total"])
        self._tell.say(f"Not live of {SOURCE}: {news}.", mood="warn")

    async def _require_commits(self, version: int, commit: str) -> Any:
        found = await self._version(version)
        newest = found["cause"]["sources"][0]["revisions"][0]["id"]
        require(newest == commit, f"version {version} names commit {short(commit)}")
        return found


def short(commit: str) -> str:
    """A commit as people see it."""
    return commit[: words.COMMIT]
