"""What becomes of a refusal, and which resources it is about: clients name them in a sentence, if
at all."""

import logging

from galley.mesh.message import Message
from galley.mesh.served import name_of
from galley.mesh.watch import Watch
from pipeline.model import Key

log = logging.getLogger("galley.mesh")

MOST = 20
"""Resources that are named at most."""
REASON_LENGTH = 500
REMEMBERED = 64
"""Reasons about one content that are remembered: clients make up what they like."""


def refused(watch: Watch, sent: Message, reason: str) -> None:
    """A client refuses what it was sent: that is noted, traced and logged."""
    watch.refuse(sent, reason, blamed(watch, reason))
    log.warning(
        "%s refused version %d of %s: %s",
        watch.member.label,
        sent.version,
        watch.type,
        watch.nack,
        extra={"channel": watch.served.line.channel.name},
    )


def blamed(watch: Watch, reason: str) -> tuple[tuple[Key, str], ...]:
    """Those of the resources in a refused response that the reason names; if none, and only one
    was new in it, that one.

    Thousands who refuse the same for the same reason are answered from memory.
    """
    served = watch.served
    about = (watch.acked, reason)
    if about not in served.blames:
        if len(served.blames) >= REMEMBERED:
            served.blames.clear()
        served.blames[about] = tuple(_named(watch, reason))
    return tuple((key, reason[:REASON_LENGTH]) for key in served.blames[about])


def _named(watch: Watch, reason: str) -> list[Key]:
    served = watch.served
    step = served.since(watch.acked) if watch.acked is not None else None
    suspects = step.changed if step else frozenset(key for key, _ in served.forms())
    named = [key for key in suspects if name_of(key) in reason]
    if not named and len(suspects) == 1:
        return list(suspects)
    return sorted(named)[:MOST]
