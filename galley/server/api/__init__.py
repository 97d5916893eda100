"""The HTTP API, one file for each subject, all below `/api/v1`.

`routing` says what a route is; `status`, `resources`, `versions`, `snapshot`, `waiting`,
`planning`, `publication`, `holds`, `keeping` and `webhooks` declare theirs; `ROUTES` is all of
them, which the router and the OpenAPI document are made of.
"""

from galley.server.api import (
    holds,
    keeping,
    planning,
    publication,
    resources,
    snapshot,
    status,
    versions,
    waiting,
    webhooks,
)
from galley.server.api.routing import Route

ROUTES: tuple[Route, ...] = (
    *status.ROUTES,
    *resources.ROUTES,
    *versions.ROUTES,
    *snapshot.ROUTES,
    *waiting.ROUTES,
    *planning.ROUTES,
    *publication.ROUTES,
    *holds.ROUTES,
    *keeping.ROUTES,
    *webhooks.ROUTES,
)
"""Everything that the API does."""

__all__ = ["ROUTES", "Route"]
