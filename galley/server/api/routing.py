"""What a route is: one declaration that the router, access control and OpenAPI are made of."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from galley.protocol.control import COMPANION, Method
from galley.server.access import Grant
from galley.server.backend import Backend, BackendError
from galley.server.middleware import grant_of
from galley.server.problems import invalid, refuse
from galley.server.slices import unhurried
from galley.server.state import STATE
from galley.settings import Role

PREFIX = "/api/v1"
BODY_BYTES = 1024 * 1024
BODY_SECONDS = 60.0
NOBODY = Grant("nobody", {})
"""What a caller may do of whom no token is asked."""
AT_ONCE = 100
"""Results that are made or written in one turn of the loop."""


class Ask(BaseModel):
    """Parameters of a request: of the query for GET and DELETE, of a JSON body otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Nothing(Ask):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed access control."""

    request: web.Request
    backend: Backend
    grant: Grant
    channel: str
    """Name from the path; empty for what concerns the whole service."""

    def part(self, name: str) -> str:
        """A variable of the path."""
        return self.request.match_info[name]

    async def ask(
        self, method: Method, params: Mapping[str, Any] | None = None, *, within: float = 30
    ) -> Any:
        """Ask the channel's worker, which has nothing to say of what is only observed.

        Raises:
            BackendError: the channel is a companion, or the worker did not answer.
        """
        if self.channel.endswith(COMPANION):
            raise _observed(self.channel)
        return await self.backend.ask(self.channel, method, params or {}, within=within)

    def who(self) -> dict[str, str]:
        """Actor and origin for the audit."""
        claimed = self.request.headers.get("Galley-Actor", "") if self.grant.trusted else ""
        return {
            "actor": claimed[:100] if claimed.isprintable() and claimed else self.grant.name,
            "origin": self.request.remote or "",
        }


@dataclass(frozen=True, slots=True)
class Route:
    """One thing the API does."""

    verb: str
    path: str
    """Below `/api/v1`."""
    role: Role | None
    """What the caller must have on the channel, or on `*`; None: any known token."""
    handle: Callable[[Call, Any], Awaitable[Any]]
    """Gets the call and its parameters; a model, a JSON-able value, or a finished response."""
    result: type[BaseModel]
    several: bool = False
    """Whether the answer is a list of results."""
    takes: type[Ask] = Nothing
    body_bytes: int = BODY_BYTES
    is_open: bool = False
    """Whether no token is asked for, as the request proves itself; the handler reads the body and
    gives a finished response."""

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handle.__doc__ or "").partition("\n")[0]

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_route(self.verb, PREFIX + self.path, self._answer)

    async def _answer(self, request: web.Request) -> Any:
        channel = request.match_info.get("channel", "")
        backend = request.app[STATE].backend
        if self.is_open:
            return await self.handle(Call(request, backend, NOBODY, channel), Nothing())
        grant = grant_of(request)
        if self.role is not None and not grant.may(channel or "*", self.role):
            raise _forbidden(grant, self.role, channel)
        if channel and channel not in backend.channels():
            raise _no_channel(channel, backend, grant)
        params = await self._params(request)
        value = await self.handle(Call(request, backend, grant, channel), params)
        if isinstance(value, web.StreamResponse):
            return value
        await asyncio.sleep(0)  # to make a long answer and to write it is enough for a turn each
        if self.several:
            return _response(await self._list(value))
        return reply(self._documented(value))

    async def _list(self, values: list[Any]) -> bytes:
        texts = [
            orjson.dumps(self._documented(each), default=_dump)
            async for each in unhurried(values, AT_ONCE)
        ]
        return b"[" + b",".join(texts) + b"]"

    def _documented(self, value: Any) -> BaseModel:
        """The answer as the model has it: a worker leaves out what has a default."""
        return value if isinstance(value, BaseModel) else self.result.model_validate(value)

    async def _params(self, request: web.Request) -> Ask:
        if self.verb in {"GET", "DELETE"}:
            given = _query(request)
        else:
            given = _json(await _read(request, self.body_bytes))
        try:
            return self.takes.model_validate(given)
        except ValidationError as error:
            known = [field.alias or name for name, field in self.takes.model_fields.items()]
            raise BackendError(invalid(error, known)) from None


def reply(value: Any, status: int = 200) -> web.Response:
    """A JSON response of a result or of a JSON-able value."""
    return _response(orjson.dumps(value, default=_dump), status)


def _response(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json")


async def body_of(request: web.Request, most: int) -> bytes | None:
    """The body; None, as soon as that is known, if it is larger than `most` bytes.

    Raises:
        TimeoutError: it does not come.
    """
    if (request.content_length or 0) > most:
        return None
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.content.iter_chunked(65536):
            body += chunk
            if len(body) > most:
                return None
    return bytes(body)


def _dump(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise TypeError(f"{type(value).__name__} cannot be an answer")


def _no_channel(channel: str, backend: Backend, grant: Grant) -> BackendError:
    """What there is instead, as far as the caller may read it."""
    every = (name for name in backend.channels() if not name.endswith(COMPANION))
    names = sorted(name for name in every if grant.may(name, "read"))
    remedy = "There is none that this token may read; give it a role in the settings."
    if names:
        there = ", ".join(map(repr, names))
        remedy = f"There is {there}; name one with --channel or GALLEY_CHANNEL."
    return refuse("not-found", f"There is no channel {channel[:100]!r}.", remedy=remedy)


def _observed(channel: str) -> BackendError:
    """What would be answered, or done, concerns the channel that it accompanies."""
    return refuse(
        "usage",
        f"{channel!r} is what was observed: it can be followed, and not asked or changed.",
        remedy=f"`galley subscribe --channel {channel}` follows it; for configuration name "
        f"{channel.removesuffix(COMPANION)!r}.",
    )


def _forbidden(grant: Grant, role: Role, channel: str) -> BackendError:
    where = f"on channel {channel[:100]!r}" if channel else "on all channels"
    return refuse(
        "forbidden",
        f"The token {grant.name!r} has not the role {role!r} {where}.",
        remedy="Add the role to the token in the settings, or use another token.",
    )


def _query(request: web.Request) -> dict[str, str]:
    given = dict(request.query)
    if len(given) != len(request.query):
        raise refuse("usage", "A parameter is given more than once.")
    return given


async def _read(request: web.Request, most: int) -> bytes:
    if request.content_type != "application/json":
        raise refuse("usage", "The body must be JSON with Content-Type application/json.")
    body = await body_of(request, most)
    if body is None:
        raise refuse("usage", f"The body is larger than {most:,} bytes.")
    return body


def _json(body: bytes) -> Any:
    try:
        given = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise refuse("usage", f"The body is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise refuse("usage", "The body must be a JSON object.")
    return given
