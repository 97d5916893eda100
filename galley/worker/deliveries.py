"""Who has which version: what the service counts, stored and passed on."""

from collections.abc import Mapping
from typing import Any

from galley.store.values import Delivery, Record
from galley.worker.channel import Channel
from galley.worker.reporter import Reporter


class Deliveries:
    """Takes the service's counts."""

    def __init__(self, channel: Channel, reporter: Reporter) -> None:
        self._channel = channel
        self._reporter = reporter

    async def answer(self, params: Mapping[str, Any]) -> None:
        """Take `{received: {version: [connected, had, refused]}}`."""
        received = {int(number): Delivery(*counts) for number, counts in params["received"].items()}
        record = Record(received=received)
        await self._channel.store.run(lambda store: store.record(record))
        self._reporter.received(received)
