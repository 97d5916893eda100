"""Who has which version, and who refused it: what the service counts, stored and passed on."""

from collections.abc import Mapping
from typing import Any

from galley.store.values import Delivery, Record
from galley.worker.channel import Channel
from galley.worker.refusals import Refusals
from galley.worker.reporter import Reporter


class Deliveries:
    """Takes the service's counts."""

    def __init__(self, channel: Channel, reporter: Reporter, refusals: Refusals) -> None:
        self._channel = channel
        self._reporter = reporter
        self._refusals = refusals

    async def answer(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take what `Method.RECEIVED` says."""
        received = {int(number): Delivery(*counts) for number, counts in params["received"].items()}
        refusers = params.get("refusers") or {}
        record = Record(
            received=received,
            refusals=await self._refusals.traced(params.get("refusals") or ()),
            refusers={int(number): count for number, count in refusers.items()},
            settled=params.get("settled") or {},
        )
        await self._channel.store.run(lambda store: store.record(record))
        self._reporter.received(received)
        if record.refusals or record.settled:
            await self._refusals.look()
        return {"standing": self._refusals.standing()}
