"""What the log says of the sources: when one has a problem, another one, or none any more."""

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
            problem = self._channel.problem_of(source.name)
            text = f"{problem.code}: {problem.message}" if problem else ""
            if text == self._told.get(source.name, ""):
                continue
            self._told[source.name] = text
            if text:
                log.warning("Source %s has a problem, %s", source.name, text)
            else:
                log.info("Source %s has no problem any more.", source.name)
