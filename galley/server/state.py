"""What the handlers of one application share."""

import logging
from collections.abc import Callable

from aiohttp import web

from galley.server.access import Access, AccessError, split_host
from galley.server.backend import Backend
from galley.server.metrics import Metrics
from galley.settings import ServiceSettings

log = logging.getLogger("galley.http")


class State:
    """The backend, and access rules that follow its settings.

    A reload replaces the backend's settings; the next request notices and takes the new tokens,
    hosts and origins. Tokens that cannot be read leave the old ones in force.
    """

    def __init__(self, backend: Backend, settings: ServiceSettings) -> None:
        self.backend = backend
        self.expel: Callable[[set[str]], object] = lambda _names: None
        """Closes the connections of credentials that are no longer good."""
        self._settings = settings
        self._access = Access.from_settings(self._settings)

    def access(self) -> Access:
        """The tokens in force now."""
        settings = self.backend.settings
        if settings is not self._settings:
            self._settings = settings
            try:
                before, self._access = self._access, Access.from_settings(settings)
                self.expel(self._access.lost(before))
            except AccessError as error:
                log.error("The old tokens stay in force: %s", error)
        return self._access

    def hosts(self) -> frozenset[str]:
        """Names besides loopback that a request may call us by."""
        settings = self.backend.settings
        return frozenset({*map(str.lower, settings.allowed_hosts), split_host(settings.listen)})

    def origins(self) -> tuple[str, ...]:
        return self.backend.settings.allowed_origins


STATE: web.AppKey[State] = web.AppKey("state", State)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
