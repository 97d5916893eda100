"""Who has what of a channel line: what all kinds of subscribers have in common.

The stream's are `session.Subscription`; clients of meshes are `galley.mesh.member.Member`.
"""

from typing import TYPE_CHECKING, Protocol

from galley.protocol.results import SubscriberDetailResult, SubscriberResult
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.server.slices import Job
    from galley.server.views import LiveView


class Member(Protocol):
    """One subscriber of a channel line, as those see it who count and show."""

    @property
    def joined(self) -> int:
        """The live version when it came."""

    @property
    def nack(self) -> str:
        """Its last answer, if that was a refusal; else empty."""

    @property
    def nack_kind(self) -> str:
        """Of which kind: invalid or retry."""

    @property
    def nacked(self) -> tuple[tuple[Key, str], ...]:
        """The resources that it named then, with what is wrong with each."""

    @property
    def refusing(self) -> bool:
        """Whether it has refused as invalid what is live for it."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def node(self) -> str:
        """What it calls itself; may be empty."""

    @property
    def id(self) -> str:
        """What the service calls the connection."""

    @property
    def synced(self) -> bool:
        """Whether it has acknowledged the present content of all that it asked for."""

    @property
    def newest(self) -> int:
        """The newest version that it has; 0 before its first acknowledgement."""

    def lag(self) -> float:
        """Seconds since the oldest version that it has not got was published; 0 if it has all."""

    def state(self, lag: float) -> str:
        """The one word for it; a refusal is never shown as synced."""

    def describe(self, *, gone: bool = False) -> SubscriberResult:
        """It as people see it; `gone`: it leaves."""

    def detail(self) -> SubscriberDetailResult:
        """It as people see it who look at it alone."""

    def resend(self) -> bool:
        """Forget what it refused and offer again; whether there was something to offer."""

    def end(self, reason: str) -> None:
        """The channel is gone; say so."""


class Follower(Protocol):
    """Serves members other than the stream's from the views of a channel line."""

    def unsync(self, moved: "list[LiveView]") -> "Job[int]":
        """These have another content; how many members had all that they asked for."""

    def serve(self, moved: "list[LiveView]") -> "Job[None]":
        """Offer the content of these."""

    def wired(self) -> None:
        """Other wires are ready, or none is."""
