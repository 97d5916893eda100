"""Asks the checks beside everything else, and knows what they have said.

Nobody waits for a check: not a source, not another channel, not a rollback. One content is asked
about once at a time; every check of it at the same time.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from galley.settings import CheckSettings
from galley.worker.checks.asking import Outcome, ask
from galley.worker.checks.outcomes import Content, Held, Outcomes
from galley.worker.checks.question import Question
from pipeline.engine.opinions import Answer

log = logging.getLogger("galley.checks")


@dataclass(slots=True)
class Tally:
    """How one check is doing."""

    passed: int = 0
    blocked: int = 0
    failed: int = 0
    seconds: float = 0.0
    last: float = 0.0
    """Seconds that it took when it was asked last."""
    problem: str = ""
    """Why it could not be asked then."""

    def count(self, outcome: Outcome) -> None:
        if outcome.problem:
            self.failed += 1
        elif outcome.blocking:
            self.blocked += 1
        else:
            self.passed += 1
        self.seconds += outcome.seconds
        self.last = outcome.seconds
        self.problem = outcome.problem


class Desk:
    """The checks of one channel."""

    def __init__(self, clock: Callable[[], float], answered: Callable[[], None]) -> None:
        """`answered` is called whenever something is known that was not."""
        self.checks: tuple[CheckSettings, ...] = ()
        self._clock = clock
        self._answered = answered
        self._outcomes = Outcomes()
        self._identities: dict[str, str] = {}
        """By name; another one as soon as a check is asked in another way."""
        self._tallies: dict[str, Tally] = {}
        self._running: dict[Content, asyncio.Task[None]] = {}

    def take_over(self, checks: Iterable[CheckSettings]) -> None:
        """Other settings, or the same read again: whatever blocks is asked about anew."""
        self.checks = tuple(checks)
        self._identities = {each.name: each.model_dump_json() for each in self.checks}
        self._tallies = {each.name: self._tallies.get(each.name, Tally()) for each in self.checks}
        self.ask_again()
        self._answered()

    def ask_again(self) -> None:
        """Forget what blocks, and what could not be asked."""
        self._outcomes.ask_again()

    @property
    def wants_all(self) -> bool:
        """Whether a check is to be given every resource."""
        return any(check.give == "all" for check in self.checks)

    def answer(self, content: Content) -> Answer | None:
        """What all checks say of a content; None: not every one was asked yet."""
        held = [self._held(check, content) for check in self.checks]
        known = [each for each in held if each is not None]
        if len(known) < len(held):
            return None
        return Answer(
            tuple(opinion for each in known for opinion in each.outcome.opinions),
            frozenset(
                check.name
                for check, each in zip(self.checks, known, strict=True)
                if not each.outcome.problem
            ),
            due=any(each.again <= self._clock() for each in known),
        )

    def due_at(self, content: Content) -> float:
        """When a content is to be asked about again; infinity for never."""
        held = (self._held(check, content) for check in self.checks)
        return min((each.again for each in held if each is not None), default=math.inf)

    async def asked(self, question: Question) -> None:
        """Ask whatever is not known of a content, and wait for it: for as long as the checks have,
        and no longer."""
        await asyncio.shield(self.ask(question))

    def ask(self, question: Question) -> asyncio.Task[None]:
        """Begin to ask whatever is not known of a content, or is due."""
        content = question.name
        if content not in self._running:
            task = asyncio.create_task(self._ask(question), name="checks")
            self._running[content] = task
            task.add_done_callback(lambda _: self._running.pop(content, None))
        return self._running[content]

    def is_asking(self, content: Content) -> bool:
        return content in self._running

    async def stop(self) -> None:
        """Stop asking; commands are killed."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def reports(self) -> list[dict[str, Any]]:
        """A list of `ExternalCheckResult`."""
        asking = bool(self._running)
        return [
            {
                "name": check.name,
                "asking": asking,
                "passed": tally.passed,
                "blocked": tally.blocked,
                "failed": tally.failed,
                "seconds": tally.seconds,
                "last_seconds": tally.last,
                "problem": tally.problem,
            }
            for check in self.checks
            if (tally := self._tallies[check.name])
        ]

    async def _ask(self, question: Question) -> None:
        due = [check for check in self.checks if self._is_due(check, question.name)]
        for check, outcome in await ask_all(due, question):
            if check.name in self._tallies:  # the settings may have changed meanwhile
                self._tallies[check.name].count(outcome)
            identity = check.model_dump_json()
            self._outcomes.put(identity, question.name, outcome, self._clock())
            _log(check, outcome)
        self._answered()

    def _is_due(self, check: CheckSettings, content: Content) -> bool:
        held = self._held(check, content)
        return held is None or held.again <= self._clock()

    def _held(self, check: CheckSettings, content: Content) -> Held | None:
        return self._outcomes.of(self._identities[check.name], content)


async def ask_all(
    checks: Sequence[CheckSettings], question: Question
) -> list[tuple[CheckSettings, Outcome]]:
    """Ask several checks at the same time."""
    outcomes = await asyncio.gather(*(ask(check, question) for check in checks))
    return list(zip(checks, outcomes, strict=True))


def _log(check: CheckSettings, outcome: Outcome) -> None:
    if outcome.problem:
        log.warning("Check %s could not be asked: %s.", check.name, outcome.problem)
    else:
        word = "blocks" if outcome.blocking else "passes"
        log.info("Check %s %s after %.2f s.", check.name, word, outcome.seconds)
