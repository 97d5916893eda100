"""What every request passes: the guard against web pages, access, and errors as documents.

A browser on an operator's machine can be made to send requests to loopback by any page it shows,
directly or by a host name that suddenly resolves to 127.0.0.1. So every request, also the upgrade
to a WebSocket, must carry a Host that we know and no Origin but our own.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from galley.protocol.results import ProblemResult
from galley.server.access import Grant, split_host
from galley.server.backend import BackendError
from galley.server.problems import STATUS, problem
from galley.server.state import METRICS, STATE, State

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
PROBLEM_TYPE = "application/problem+json"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
log = logging.getLogger("galley.http")


def answer(found: ProblemResult) -> web.Response:
    """A problem document as a response."""
    headers = {"WWW-Authenticate": "Bearer"} if found.code == "unauthorized" else {}
    return web.Response(
        body=orjson.dumps(found.model_dump()),
        status=found.status,
        headers=headers,
        content_type=PROBLEM_TYPE,
    )


@web.middleware
async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors become problem documents; every request is counted and, at debug, logged."""
    began = time.perf_counter()
    try:
        response = await _answered(request, handler)
    except BaseException:
        log.debug("%s %s was given up", request.method, request.path)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    seconds = time.perf_counter() - began
    request.app[METRICS].answered(_route_name(request), request.method, response.status, seconds)
    log.debug(
        "%s %s gave %d in %.1f ms.",
        request.method,
        request.path,
        response.status,
        seconds * 1000,
        extra={"address": request.remote},
    )
    return response


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host or an Origin that is not ours."""
    state = request.app[STATE]
    refused = _foreign_host(request, state) or _foreign_origin(request, state)
    if refused is not None:
        log.warning("A request from %s was refused: %s", request.remote, refused.detail)
        return answer(refused)
    return await handler(request)


def grant_of(request: web.Request) -> Grant:
    """What the sender of a request may do.

    Raises:
        BackendError: unauthorized.
    """
    grant = request.app[STATE].access().grant(request.headers.get("Authorization"))
    if grant is None:
        raise BackendError(
            problem(
                "unauthorized",
                "The request carries no token that this service knows.",
                remedy="Send `Authorization: Bearer TOKEN`; the command line takes GALLEY_TOKEN.",
            )
        )
    return grant


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BackendError as error:
        return answer(error.problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return answer(_http_problem(request, error))
    except TimeoutError:
        return answer(problem("timed-out", "The answer did not come in time."))
    except ConnectionError:
        raise
    except Exception as error:  # a defect must answer, not hang up
        log.exception("%s %s failed.", request.method, request.path)
        return answer(problem("internal", f"{type(error).__name__}; the log has the details."))


def _http_problem(request: web.Request, error: web.HTTPException) -> ProblemResult:
    if error.status == 404:
        return problem("not-found", f"There is nothing at {request.path[:200]!r}.")
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        found = problem("usage", f"{request.method} is not possible here, only {allowed}.")
        return found.model_copy(update={"status": 405})
    codes = {status: code for code, (status, _) in STATUS.items()}
    found = problem(codes.get(error.status, "usage"), error.reason)
    return found.model_copy(update={"status": error.status})


def _foreign_host(request: web.Request, state: State) -> ProblemResult | None:
    host = split_host(request.headers.get("Host", ""))
    if host and (host in LOCAL or host in state.hosts() or host == _arrived_at(request)):
        return None
    found = problem(
        "forbidden",
        f"The Host {host[:200]!r} is not one of this service's names.",
        remedy="Add it to allowed_hosts in the settings if it is.",
    )
    return found.model_copy(update={"status": 421})


def _arrived_at(request: web.Request) -> str:
    """The address that the connection reached: as a literal it cannot be rebound."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return str(name[0]).lower() if isinstance(name, tuple) else ""


def _foreign_origin(request: web.Request, state: State) -> ProblemResult | None:
    origin = request.headers.get("Origin")
    if origin is None:
        return _foreign_fetch(request)
    parts = urlsplit(origin)
    own = parts.scheme == request.scheme and parts.netloc == request.headers.get("Host")
    if own or origin in state.origins():
        return None
    return problem(
        "forbidden",
        f"Web pages of {origin[:200]!r} may not talk to this service.",
        remedy="Add it to allowed_origins in the settings if they should.",
    )


def _foreign_fetch(request: web.Request) -> ProblemResult | None:
    """A page's own request without Origin (an image, a script); following a link is fine."""
    if request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return None
    if request.headers.get("Sec-Fetch-Mode") == "navigate" and request.method == "GET":
        return None
    return problem("forbidden", "Another site's page may not talk to this service.")


def _route_name(request: web.Request) -> str:
    """The route's pattern, so that metrics have one label for each route and not for each path."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"
