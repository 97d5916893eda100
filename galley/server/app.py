"""The HTTP application: what is guarded, what is answered, where each part lives.

`build_app` is the whole of it; `galley.service` listens with it. In the order of a request:
`middleware` (errors, Host and Origin), `access` (who may do what), then `api`, `stream`, `probes`
or `statuspage`.
"""

from aiohttp import web

from galley.server import openapi, probes, statuspage
from galley.server.api import ROUTES
from galley.server.api.routing import PREFIX, reply
from galley.server.backend import Backend
from galley.server.hooks import HOOKS, Hooks, keep_hooks
from galley.server.metrics import Metrics
from galley.server.middleware import grant_of, guard, outermost
from galley.server.stall import watch_loop
from galley.server.state import METRICS, STATE, State
from galley.server.stream import stream
from galley.server.streams import STREAMS, mount
from galley.settings import ServiceSettings

STREAM = "/v1/stream"


def build_app(backend: Backend, settings: ServiceSettings) -> web.Application:
    """The application over a running service.

    Raises:
        AccessError: a token of the settings cannot be read.
    """
    app = web.Application(middlewares=[outermost, guard])
    app[STATE] = State(backend, settings)
    app[METRICS] = Metrics()
    app[HOOKS] = Hooks(backend)
    mount(app)
    app[STATE].expel = app[STREAMS].expel
    app.cleanup_ctx.extend((watch_loop, keep_hooks))
    _add_routes(app.router)
    return app


def _add_routes(router: web.UrlDispatcher) -> None:
    for route in ROUTES:
        route.add_to(router)
    router.add_get(PREFIX + "/openapi.json", _openapi)
    router.add_get(STREAM, _stream, allow_head=False)
    router.add_get("/", statuspage.page)
    router.add_get("/metrics", probes.metrics)
    router.add_get("/healthz", probes.healthz)
    router.add_get("/readyz", probes.readyz)


async def _openapi(request: web.Request) -> web.Response:
    grant_of(request)
    return reply(openapi.document())


async def _stream(request: web.Request) -> web.StreamResponse:
    """The role `subscribe` is judged for each channel that is subscribed to, by the stream."""
    state = request.app[STATE]
    return await stream(
        request,
        channels=state.backend.channels(),
        settings=state.backend.settings.stream,
        grant=grant_of(request),
    )
