"""A client that sends requests all along, so that a test can say that none was dropped.

async with Traffic(port) as traffic:
    ...                                 # change what Envoy is told
    await traffic.reaches({"new"})
assert traffic.failures == []
"""

import asyncio
import time
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

DEADLINE = 30.0


@dataclass(frozen=True)
class Answer:
    """What became of one request: `at` and `ended` are seconds of the monotonic clock.

    `status` is 0 where nobody answered, and `error` says why.
    """

    at: float
    ended: float
    status: int
    backend: str
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.status != 200


class Traffic:
    """Requests to a listener, one after the other at a rate, up to a number.

        Each has a connection of its own.
    On one that is `reuse`d, a request that meets its end is sent again by the client, which hides
        what `failures` is to show.
    """

    def __init__(
        self,
        port: int,
        *,
        path: str = "/",
        host: str = "test",
        rate: float = 100.0,
        limit: int = 20_000,
        patience: float = 5.0,
        reuse: bool = False,
    ) -> None:
        """`rate` is in requests a second; one that takes longer than `patience` has failed."""
        self.url = f"http://127.0.0.1:{port}{path}"
        self.answers: list[Answer] = []
        self._host, self._rate, self._limit = host, rate, limit
        self._patience, self._reuse = patience, reuse
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._send(), name="traffic")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._limit = 0
        await asyncio.wait_for(self._task, 2 * self._patience)

    async def _send(self) -> None:
        connector = aiohttp.TCPConnector(force_close=not self._reuse)
        timeout = aiohttp.ClientTimeout(self._patience)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            begun = time.monotonic()
            while len(self.answers) < self._limit:
                answer = await self._one(session)
                async with self._came:
                    self.answers.append(answer)
                    self._came.notify_all()
                # What a slow answer has cost is not made up for: the rate is an upper bound.
                begun = max(begun + 1 / self._rate, answer.ended - 1 / self._rate)
                await asyncio.sleep(max(0.0, begun - time.monotonic()))

    async def _one(self, session: aiohttp.ClientSession) -> Answer:
        at = time.monotonic()
        try:
            async with session.get(self.url, headers={"host": self._host}) as answer:
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(at, time.monotonic(), 0, "", f"{type(error).__name__}: {error}")
        if answer.status == 200:
            return Answer(at, time.monotonic(), 200, text)
        return Answer(at, time.monotonic(), answer.status, "", text)

    @property
    def failures(self) -> list[Answer]:
        return [each for each in self.answers if each.failed]

    def shares(self, since: float = 0.0) -> Counter[str]:
        """How many of the requests that began since then each backend has answered."""
        return Counter(each.backend for each in self.answers if each.at >= since)

    async def some(self, number: int = 1, *, within: float = DEADLINE) -> list[Answer]:
        """Wait for the answers of as many requests that begin from now on."""
        since = time.monotonic()

        def fresh() -> list[Answer]:
            return [each for each in self.answers[-2 * number - 2 :] if each.at >= since]

        async with asyncio.timeout(within), self._came:
            await self._came.wait_for(lambda: len(fresh()) >= number)
        return fresh()

    async def reaches(
        self, backends: AbstractSet[str], *, number: int = 10, within: float = DEADLINE
    ) -> None:
        """Wait until requests in a row were answered by all of these, and by nobody else.

        Raises:
            TimeoutError: with who answered instead.
        """
        since = time.monotonic()

        def there() -> bool:
            last = [each for each in self.answers[-number:] if each.at >= since]
            return len(last) == number and {each.backend for each in last} == backends

        try:
            async with asyncio.timeout(within), self._came:
                await self._came.wait_for(there)
        except TimeoutError:
            last = Counter(each.backend or each.error for each in self.answers[-number:])
            raise TimeoutError(f"{set(backends)} are not reached; the last were {last}") from None
