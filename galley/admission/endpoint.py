"""The address that clusters ask at: one POST for each write, answered in time.

An API server shows no credential, so a word stands in the path that only who may read the webhook's
configuration knows: what a channel refuses, and what else it holds, is told to nobody else.
"""

import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

import orjson
from aiohttp import web

from galley.admission.answer import answer, no_answer
from galley.admission.channel import AdmittingChannel
from galley.admission.unjudged import UnjudgedError
from galley.protocol.control import Opinion

log = logging.getLogger("galley.admission")

LARGEST = 8 * 1024 * 1024
"""Bytes of a review: two objects of 3 MiB, which is more than an API server takes."""


SELDOM = 10.0
"""Seconds between two complaints of one kind."""


class Counts(Protocol):
    """Who counts what is answered."""

    def judged(self, channel: str, source: str, outcome: str, seconds: float) -> None: ...


class Endpoint:
    """Answers API servers."""

    def __init__(self, word: str, channels: Mapping[str, AdmittingChannel], counts: Counts) -> None:
        self._word = word
        self._channels = channels
        self._counts = counts
        self._complaints: dict[tuple[str, str, str], tuple[float, int]] = {}
        """When the log last said of a source why its writes are not judged, and how many there were
        since."""

    def app(self) -> web.Application:
        """The application to listen with."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/admit/{channel}/{source}/{word}", self._admit)
        app.router.add_get("/healthz", _healthy)
        return app

    def path(self, channel: str, source: str) -> str:
        """Where the cluster of a source asks."""
        return f"/admit/{channel}/{source}/{self._word}"

    async def _admit(self, request: web.Request) -> web.Response:
        name, source, word = (request.match_info[each] for each in ("channel", "source", "word"))
        channel = self._channels.get(name)
        if not hmac.compare_digest(word.encode(), self._word.encode()):
            raise web.HTTPNotFound(text="There is nothing here.\n")
        if channel is None or source not in channel.sources():
            return _answered(answer(_uid(await request.read()), (), ()))
        began = time.perf_counter()
        try:
            said, opinion = await channel.judge(
                source, request.content_length or LARGEST, request.read
            )
        except UnjudgedError as error:
            self._complain(name, source, error)
            return self._done(name, source, f"unjudged_{error.why}", began, no_answer(str(error)))
        outcome = _outcome(said["response"], opinion)
        return self._done(name, source, outcome, began, said)

    def _complain(self, channel: str, source: str, error: UnjudgedError) -> None:
        """Say it, and in an outage not for every write."""
        spot, now = (channel, source, error.why), time.monotonic()
        since, kept = self._complaints.get(spot, (-SELDOM, 0))
        if now - since < SELDOM:
            self._complaints[spot] = since, kept + 1
            return
        self._complaints[spot] = now, 0
        more = f" So it was with {kept} before." if kept else ""
        log.warning("A write to %s of channel %s is not judged: %s%s", source, channel, error, more)

    def _done(
        self, channel: str, source: str, outcome: str, began: float, said: Any
    ) -> web.Response:
        self._counts.judged(channel, source, outcome, time.perf_counter() - began)
        return _answered(said)


def _answered(said: Any) -> web.Response:
    return web.Response(
        body=orjson.dumps(said), status=said.get("code", 200), content_type="application/json"
    )


def _uid(review: bytes) -> str:
    """Of a write that nobody judges any more: the settings no longer say so, and the cluster asks
    until it is told. It goes on, also where writes that are not judged are refused."""
    try:
        return str(orjson.loads(review)["request"]["uid"])
    except (ValueError, KeyError, TypeError):
        raise web.HTTPBadRequest(text="This is no AdmissionReview.\n") from None


def _outcome(response: Mapping[str, Any], opinion: Opinion) -> str:
    """What became of a write; one of a dry run is counted apart."""
    told = "warned" if response.get("warnings") else "admitted"
    outcome = told if response["allowed"] else "refused"
    return f"dry_run_{outcome}" if opinion.dry_run else outcome


async def _healthy(request: web.Request) -> web.Response:
    del request
    return web.Response(text="ok\n")
