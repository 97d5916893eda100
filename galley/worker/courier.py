"""Takes what an outbox holds to its forge, one status at a time, for as long as it takes.

Nothing waits for it. What a forge or the network refuses for now is tried again after a pause that
grows and is never the same for two; what a forge refuses for good is given up until other settings
are in force. The token goes to the address that the settings say, and nowhere else: it is in no log
and no error, and redirects are not followed.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import aiohttp

from galley.backoff import Backoff
from galley.forges.answer import Answer, Verdict
from galley.forges.outbox import Outbox
from galley.forges.request import request
from galley.forges.status import Status
from galley.worker.posts import Post

log = logging.getLogger("galley.forges")

DEADLINE = 10.0
"""Seconds for one request with its answer."""

AGAIN_FIRST, AGAIN_MOST = 1.0, 300.0
"""Bounds of the pause before a request that failed is tried again, seconds."""

ANSWER_BYTES = 4096

Exact: TypeAlias = Callable[[Status], Awaitable[Status]]
"""Makes a status more exact at the moment when it is told."""


class Courier:
    """For one source; outlives changes of its settings."""

    def __init__(self, source: str, exact: Exact) -> None:
        self.source = source
        self.problem = ""
        """Why the last try failed, as a sentence; empty if it did not."""
        self._exact = exact
        self._outbox = Outbox()
        self._news = asyncio.Event()
        self._told = self._failed = self._given_up = 0

    def put(self, status: Status) -> None:
        """The newest status of a commit."""
        self._outbox.put(status)
        self._news.set()

    def report(self) -> dict[str, Any]:
        """`CommitStatusResult`."""
        return {
            "waiting": len(self._outbox),
            "told": self._told,
            "failed": self._failed,
            "given_up": self._given_up,
            "dropped": self._outbox.dropped,
            "problem": self.problem,
        }

    async def run(self, post: Post) -> None:
        """Tell the forge, until cancelled.

        Raises:
            ssl.SSLError: the authorities are no certificates.
        """
        self._outbox.again()
        context = await asyncio.to_thread(post.context)
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=DEADLINE),
        ) as session:
            backoff = Backoff(AGAIN_FIRST, AGAIN_MOST)
            while True:
                status = await self._next()
                asked = await self._tell(session, post, status)
                if asked is None:
                    backoff.reset()
                else:
                    await asyncio.sleep(asked + backoff.next())

    async def _next(self) -> Status:
        """The next status that is due."""
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            if status := self._outbox.take(loop.time()):
                return status
            due = self._outbox.due()
            try:
                async with asyncio.timeout_at(due if due < float("inf") else None):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _tell(
        self, session: aiohttp.ClientSession, post: Post, status: Status
    ) -> float | None:
        """One try; None if it is settled, otherwise the seconds that the forge asks to wait."""
        try:
            answer = await self._send(session, post, await self._exact(status))
        except TimeoutError:
            return self._again(post, status, f"there was no answer within {DEADLINE:g} s", 0)
        except (aiohttp.ClientError, OSError) as error:
            return self._again(post, status, f"{type(error).__name__}: {error}", 0)
        now = asyncio.get_running_loop().time()
        match answer.verdict(post.target.kind):
            case Verdict.AGAIN:
                return self._again(post, status, str(answer), answer.pause(time.time()))
            case Verdict.NEVER:
                self._give_up(post, status, str(answer))
                self._outbox.refused(status, now)
            case Verdict.TOLD:
                self._told += 1
                self._well()
                self._outbox.told(status, now)
        return None

    async def _send(self, session: aiohttp.ClientSession, post: Post, status: Status) -> Answer:
        made = request(post.target, status, post.token, time.time())
        async with session.post(
            made.url, data=made.body, headers=made.headers, allow_redirects=False
        ) as response:
            body = await response.content.read(ANSWER_BYTES)
            return Answer(response.status, response.headers, body.decode("utf-8", "replace"))

    def _again(self, post: Post, status: Status, problem: str, asked: float) -> float:
        """It failed for now; the log says so once for a row of failures."""
        if not self.problem:
            log.warning("Source %s: commit status waits: %s.", self.source, _safe(problem, post))
        self._failed += 1
        self.problem = _sentence(_safe(problem, post))
        self._outbox.postpone(status)
        return asked

    def _give_up(self, post: Post, status: Status, problem: str) -> None:
        self._given_up += 1
        self.problem = _sentence(_safe(problem, post))
        log.error(
            "Source %s: the status %s of %s is given up: %s.",
            self.source,
            status.state,
            status.revision[:12],
            _safe(problem, post),
        )

    def _well(self) -> None:
        if self.problem:
            log.info("Source %s: commit status is told again.", self.source)
        self.problem = ""


def _safe(text: str, post: Post) -> str:
    """A text of the forge's or the network's, without the token, should that be in it."""
    return text.replace(post.token, "[token]")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
