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

from galley.admission.answer import no_answer
from galley.admission.channel import AdmittingChannel
from galley.admission.unjudged import UnjudgedError
from galley.protocol.control import Opinion

log = logging.getLogger("galley.admission")

LARGEST = 8 * 1024 * 1024
"""Bytes of a review: two objects of 3 MiB, which is more than an API server takes."""


class Counts(Protocol):
    """Who counts what is answered."""

    def judged(self, channel: str, source: str, outcome: str, seconds: float) -> None: ...


class Endpoint:
    """Answers API servers."""

    def __init__(self, word: str, channels: Mapping[str, AdmittingChannel], counts: Counts) -> None:
        self._word = word
        self._channels = channels
        self._counts = counts

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
        known = hmac.compare_digest(word.encode(), self._word.encode())
        if not known or channel is None or source not in channel.sources():
            raise web.HTTPNotFound(text="There is nothing here.\n")
        began = time.perf_counter()
        try:
            answer, opinion = await channel.judge(
                source, request.content_length or LARGEST, request.read
            )
        except UnjudgedError as error:
            log.warning("A write to %s of channel %s is not judged: %s", source, name, error)
            return self._done(name, source, f"unjudged_{error.why}", began, no_answer(str(error)))
        outcome = _outcome(answer["response"], opinion)
        return self._done(name, source, outcome, began, answer)

    def _done(
        self, channel: str, source: str, outcome: str, began: float, answer: Any
    ) -> web.Response:
        self._counts.judged(channel, source, outcome, time.perf_counter() - began)
        return web.Response(
            body=orjson.dumps(answer),
            status=answer.get("code", 200),
            content_type="application/json",
        )


def _outcome(response: Mapping[str, Any], opinion: Opinion) -> str:
    """What became of a write; one of a dry run is counted apart."""
    told = "warned" if response.get("warnings") else "admitted"
    outcome = told if response["allowed"] else "refused"
    return f"dry_run_{outcome}" if opinion.dry_run else outcome


async def _healthy(request: web.Request) -> web.Response:
    del request
    return web.Response(text="ok\n")
