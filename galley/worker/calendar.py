"""The days on which something else is to be said of a certificate.

Stages have no clock; what they say of time goes by the day on which their environment was built. So
on a day that changes it, the same environment is built once more.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from pipeline.analysis.certificates.validity import turns
from pipeline.environment import Environment
from pipeline.model import Resource


class Calendar:
    """Knows when an environment has to be built again."""

    def __init__(self) -> None:
        self._seen: date | None = None
        """The day on which the certificates were looked at last."""

    def is_due(
        self, environment: Environment, secrets: Callable[[], Iterable[Resource]], moment: float
    ) -> bool:
        """Whether something else is to be said of a Secret than when the environment was built.

        They are looked at once a day (UTC).
        """
        since, today = environment.today, datetime.fromtimestamp(moment, UTC).date()
        if since is None or today in (since, self._seen):
            return False
        self._seen = today
        return any(turns(secret.document(), since, today) for secret in secrets())
