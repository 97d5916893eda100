"""What ends by itself: suppressions and certificates.

Stages have no clock; what they say of time goes by when their environment was built. So where
something has ended since, the same environment is built once more.
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
        """Whether something has ended by a moment that had not when the environment was built.

        Suppressions are judged to the second, certificates once a day (UTC).
        """
        if environment.expires_at and environment.expires_at <= moment:
            return True
        since, today = environment.today, datetime.fromtimestamp(moment, UTC).date()
        if since is None or today in (since, self._seen):
            return False
        self._seen = today
        return any(turns(secret.document(), since, today) for secret in secrets())
