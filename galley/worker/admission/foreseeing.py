"""What an object that is not there yet has to do with what the channel holds and expects."""

import time
from collections.abc import Mapping
from typing import Any

from galley.protocol.control import FindingNote
from galley.worker.channel import Channel, breathe
from galley.worker.problems import RefusedError
from pipeline.engine.foresight import foresee
from pipeline.model import Located, Origin, Resource


class Foreseeing:
    """Answers judges' service while the channel has nothing better to do."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def report(self, params: Mapping[str, Any]) -> list[FindingNote]:
        """What the channel would say; params `{source, locator, content, until}`.

        Raises:
            RefusedError: it is not loaded yet, or nobody waits for the answer any more.
        """
        resource = Resource.decode(params["content"])
        mine = Located(resource, Origin(params["source"], "", params["locator"]))
        channel = self._channel
        async with channel.lock:
            if channel.loading:
                raise RefusedError("unavailable", "The channel is not loaded yet.")
            if time.monotonic() > params["until"]:  # what the channel does itself comes first
                raise RefusedError("unavailable", "Nobody waits for the answer any more.")
            verdict = channel.verdict
            refused = frozenset(each.unit for each in verdict.refused) if verdict else frozenset()
            found = await breathe(foresee(channel.gate, mine, refused))
        return [FindingNote.of(each.diagnostic, resource.key, new=each.new) for each in found]
