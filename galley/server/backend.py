"""What the HTTP side needs of the rest of the service; `galley.service` provides it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from galley.protocol.control import Method
from galley.protocol.results import ChannelResult, ProblemResult
from galley.settings import ServiceSettings

if TYPE_CHECKING:
    from galley.server.channel import Channel


class BackendError(Exception):
    """A request could not be answered; carries the problem document to show."""

    def __init__(self, problem: ProblemResult) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class Backend(Protocol):
    """The service as its HTTP handlers see it."""

    @property
    def started(self) -> float:
        """When the service started; seconds since the epoch."""

    @property
    def settings(self) -> ServiceSettings:
        """The settings in force; another object after a reload."""

    def channels(self) -> Mapping[str, "Channel"]:
        """Serving side of every channel line by name, `NAME.observed` among them."""

    def health(self) -> list[ChannelResult]:
        """Every channel at a glance, as last told by its worker."""

    async def ask(
        self, channel: str, method: Method, params: Mapping[str, Any], *, within: float = 30
    ) -> Any:
        """Ask a channel's worker; a JSON-able answer `within` seconds.

        Raises:
            BackendError: no such channel, the worker is down or late, or it refused.
        """

    async def reload(self) -> list[str]:
        """Read the settings file again and take it over; what could not be, as sentences.

        Raises:
            BackendError: the file is invalid; everything stays as it was.
        """
