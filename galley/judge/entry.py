"""A judge process from its first message, which says what to judge by, to its exit code."""

import logging
import time
from typing import Any

from galley import inherited, logs, memory
from galley.judge.judge import Judge
from galley.judge.review import BadReviewError, Review
from galley.protocol.control import Event, Method
from galley.protocol.framing import Link, LinkClosedError
from galley.settings import ChannelSettings, LogSettings

log = logging.getLogger("galley.judge")


def be_judge(descriptor: int) -> int:
    """Judge over this end of a socket pair until told to stop; 0 for an ordered end."""
    return inherited.serve(descriptor, _serve)


async def _serve(link: Link) -> int:
    try:
        told: dict[str, Any] = (await link.receive())[2]
        settings = ChannelSettings.model_validate(told["settings"])
        logs.configure(LogSettings.model_validate(told["log"]), channel=settings.name)
        try:
            judge = Judge(settings, told["content"])
        except ValueError as error:
            await link.send([0, Event.FAILED.value, {"reason": str(error), "fatal": True}])
            return 1
        memory.settle()
        await link.send([0, Event.READY.value, {}])
        while (message := await link.receive())[1] != Method.STOP:
            await link.send([message[0], *_answer(judge, message[2])])
    except LinkClosedError:
        pass  # the service has gone
    return 0


def _answer(judge: Judge, asked: dict[str, Any]) -> tuple[bool, Any]:
    """The opinion, or the problem document why there is none. It blocks the loop, which has nothing
    else to do."""
    if time.monotonic() > asked["until"]:
        return False, _problem("timed-out", "Nobody waits for the answer any more.")
    try:
        return True, judge.opinion(asked["source"], Review.parse(asked["review"]))._asdict()
    except BadReviewError as error:
        return False, _problem("usage", str(error))
    except Exception as error:  # a defect must not take the judge along
        log.exception("A write could not be judged.")
        return False, _problem("internal", f"{type(error).__name__}; the log has the details.")


def _problem(code: str, detail: str) -> dict[str, Any]:
    return {"title": "It is not judged", "status": 503, "detail": detail, "code": code}
