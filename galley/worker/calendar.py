"""The days on which something else is to be said of a certificate.

Stages have no clock; what they say of time goes by the day of their environment. That day moves on
with the calendar, and where something else is to be said of what is there, the environment is built
once more.
"""

from collections.abc import Iterable
from datetime import date

from galley.worker.channel import Channel, now
from galley.worker.environments import Environments
from pipeline import kinds
from pipeline.analysis.certificates.validity import turns
from pipeline.analysis.day import date_of
from pipeline.model import Resource


class Calendar:
    """Keeps the day of a channel's environment."""

    def __init__(self, channel: Channel, environments: Environments) -> None:
        self._channel = channel
        self._environments = environments

    async def look(self) -> bool:
        """Judge by the day that it is; whether the environment was built once more for that.

        Raises:
            StoreError: it waits for another try.
        """
        channel, today = self._channel, date_of(now())
        if channel.environment.day.date == today:
            return False
        async with channel.lock:  # the engine has judged what is accepted, and nothing else
            environment = channel.environment
            inputs = (held.resource for _, held in channel.ledger.inputs())
            due = is_due(inputs, environment.day.date, today)
            renewed = due and await self._environments.renew()
            environment.day.move(today)
            return renewed


def is_due(inputs: Iterable[Resource], since: date | None, today: date) -> bool:
    """Whether something else is to be said of a Secret than on the day `since`."""
    secrets = (each for each in inputs if each.key.collection == kinds.SECRET)
    return since is not None and any(turns(each.document(), since, today) for each in secrets)
