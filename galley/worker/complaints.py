"""What the log says of the sources: when one has a problem, another one, or none any more.

That a source was read and holds nothing is no problem, but mostly a mistake; it is said as well.
"""

import logging

from galley.worker.channel import Channel

log = logging.getLogger("galley.sources")


class Complaints:
    """Tells each problem once, however often the source tries again."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told: dict[str, str] = {}
        """What was told last, by source."""

    def look(self) -> None:
        """Tell what is new."""
        for source in self._channel.settings.sources:
            text = self._of(source.name)
            if text == self._told.get(source.name, ""):
                continue
            self._told[source.name] = text
            if text:
                log.warning("Source %s %s", source.name, text)
            else:
                log.info("Source %s has no problem any more.", source.name)

    def _of(self, source: str) -> str:
        """What there is to say of a source; empty where all is well."""
        if problem := self._channel.problem_of(source):
            return f"has a problem, {problem.code}: {problem.message}"
        inputs = self._channel.ledger.sources.get(source)
        empty = inputs and inputs.synced and not (inputs.accepted or inputs.pending)
        return "was read and holds nothing: no .yaml, .yml or .json file." if empty else ""
