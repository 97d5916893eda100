"""A forge says that something was pushed: a hint that hastens a look, and nothing more.

No token is asked for, the signature is the credential. Who does not have the secret learns nothing:
neither why a request was refused nor, beyond its own address, which webhooks there are.
"""

import asyncio
import logging
import math
import time
from dataclasses import dataclass
from time import monotonic

from aiohttp import web

from galley.forges import webhook
from galley.forges.address import home
from galley.forges.secret import signing_secret
from galley.forges.webhook import Event, Hook, RefusedHookError
from galley.protocol.results import ProblemResult, WebhookResult
from galley.protocol.results.forges import Idle
from galley.server.api.routing import Call, Nothing, Route, body_of, reply
from galley.server.hooks import HOOKS, Hooks, Outcome
from galley.server.middleware import answer
from galley.server.problems import problem, refuse
from sources.forge_settings import ForgeSettings, WebhookSettings
from sources.secrets import SecretError

log = logging.getLogger("galley.webhooks")

BODY_BYTES = 1024 * 1024
"""A push of some thousand commits; beyond, the source looks at its next turn."""

REFUSALS: dict[str, ProblemResult] = {
    "signature": problem("unauthorized", "The request is not signed as it should be."),
    "stale": problem("unauthorized", "The timestamp is more than 5 minutes from ours."),
    "malformed": problem("usage", "The body is not what such a forge sends."),
    "size": problem("too-large", f"The body is larger than {BODY_BYTES:,} bytes."),
    "secret": problem("unavailable", "The request cannot be verified now."),
    "rate": problem("too-many", "There are too many requests for this source."),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the webhook of one source is dealt with."""

    hooks: Hooks
    channel: str
    name: str
    source: ForgeSettings
    settings: WebhookSettings

    def count(self, outcome: Outcome, reason: str) -> None:
        self.hooks.count(self.channel, self.name, outcome, reason)

    def refuse(self, reason: str, seconds: float = 0) -> web.Response:
        """The answer to a request that is not taken."""
        self.count("refused", reason)
        response = answer(REFUSALS[reason])
        if seconds:
            response.headers["Retry-After"] = str(math.ceil(seconds))
        return response

    def take(self, event: Event) -> web.Response:
        """The answer to a genuine request that was not here before."""
        reason = self._idle(event)
        if reason:
            return self.ignore(reason)
        self.count("accepted", event.name)
        self.hooks.hasten(self.channel, self.name)
        return reply(WebhookResult(outcome="accepted"), 202)

    def ignore(self, reason: Idle) -> web.Response:
        """The answer to a genuine request that gives no reason to look."""
        self.count("ignored", reason)
        return reply(WebhookResult(outcome="ignored", reason=reason), 202)

    def _idle(self, event: Event) -> Idle:
        """Why an event gives no reason to look; empty if it does."""
        if not event.matters():
            return "event"
        own = (
            self.settings.repository or home(self.settings.kind, self.source.repository_url()).path
        )
        if own and event.repository and own.lower() != event.repository.lower():
            return "repository"
        return "ref" if event.ref and not self.source.may_follow(event.ref) else ""


async def receive(call: Call, _: Nothing) -> web.Response:
    """Take a forge's word that something was pushed.

    The answer is 202 for whatever is genuine. Headers and body are those of the forge, or of
    docs/webhooks.md.
    """
    desk = _desk(call)
    if seconds := desk.hooks.door(desk.channel, desk.name).wait(monotonic()):
        return desk.refuse("rate", seconds)
    body = await body_of(call.request, BODY_BYTES)
    if body is None:
        return desk.refuse("size")
    secret = await _secret(desk)
    if not secret:
        return desk.refuse("secret")
    return _judged(desk, secret, Hook(call.request.headers, body))


def _judged(desk: Desk, secret: str, hook: Hook) -> web.Response:
    kind = desk.settings.kind
    try:
        identity = webhook.verify(kind, secret, hook, time.time())
        if not desk.hooks.door(desk.channel, desk.name).is_new(identity):
            return desk.ignore("replayed")
        return desk.take(webhook.read(kind, hook))
    except RefusedHookError as error:
        return desk.refuse(error.reason)


async def _secret(desk: Desk) -> str:
    """The shared secret as it is now; empty if it cannot be used, which the log says."""
    try:
        return await asyncio.to_thread(signing_secret, desk.settings.secret)
    except SecretError as error:
        where = f"{desk.name} of channel {desk.channel}"
        log.error("The webhook of source %s cannot be verified: %s.", where, error)
        return ""


def _desk(call: Call) -> Desk:
    """Raises BackendError where there is no webhook, for whatever reason."""
    name = call.part("source")
    channels = call.backend.settings.channels
    sources = (
        each
        for channel in channels
        if channel.name == call.channel
        for each in (*channel.sources, *channel.schema_sources)
    )
    for source in sources:
        if source.name == name and isinstance(source, ForgeSettings) and source.webhook:
            return Desk(call.request.app[HOOKS], call.channel, name, source, source.webhook)
    raise refuse("not-found", "There is no webhook here.")


ROUTES = (
    Route(
        "POST",
        "/channels/{channel}/sources/{source}/webhook",
        None,
        receive,
        WebhookResult,
        is_open=True,
    ),
)
