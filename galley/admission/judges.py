"""The service's end of a judge: one process for each environment of a channel.

Another environment is another process: the former one judges until the new one is ready.
"""

import asyncio
import logging
import time
from typing import Any

from galley.child import Child
from galley.protocol.control import Event, Method, Opinion
from galley.settings import ChannelSettings, LogSettings

log = logging.getLogger("galley.admission")

STUCK = 10.0
"""Seconds without a word, since somebody asked, after which a judge is ended and begun again."""


class JudgeProcess(Child):
    """Judges by one environment."""

    def __init__(self, settings: ChannelSettings, content: bytes, logs: LogSettings) -> None:
        """`content` is the environment's."""
        super().__init__(f"The judge of channel {settings.name}", "galley.judge")
        self.ready = asyncio.Event()
        """Set when it judges, or cannot be made to."""
        self._settings = settings
        self._content = content
        self._logs = logs
        self._failed = False
        self._asked_at = 0.0
        """When it was first asked since it last said anything."""

    def greeting(self) -> list[Any]:
        assignment = {
            "settings": self._settings.model_dump(mode="json"),
            "content": self._content,
            "log": self._logs.model_dump(mode="json"),
        }
        return [0, "assignment", assignment]

    def told(self, event: str, payload: dict[str, Any]) -> None:
        if event == Event.FAILED:
            self.problem, self._failed = f"It cannot be judged: {payload['reason']}.", True
            log.error("%s cannot judge: %s.", self.name, payload["reason"])
        else:
            self.problem = ""
        self.ready.set()

    def gone(self) -> None:
        self._asked_at = 0.0
        if not self._failed:
            self.problem = f"{self.name} has ended and is started again."

    def hopeless(self) -> bool:
        return self._failed

    async def opinion(self, source: str, review: bytes, *, within: float) -> Opinion:
        """What it says of a write.

        Raises:
            BackendError: it says nothing, or not within so many seconds.
        """
        now = time.monotonic()
        if not self.problem:
            self._mind(now)
        params = {"source": source, "review": review, "until": now + within}
        return Opinion(**await self.ask(Method.JUDGE, params, within=within))

    def _mind(self, now: float) -> None:
        """End it if it judges and has said nothing for too long."""
        if self._asked_at <= self.heard:
            self._asked_at = now
        elif now - self._asked_at > STUCK:
            self.kill()
