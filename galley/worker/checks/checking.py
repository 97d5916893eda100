"""Which candidate the checks are being asked about, so that it is published as it was checked.

While they think, sources go on, and what is pending is not the same any more. What passes is
published all the same if it still follows on what is live: a channel whose sources never rest would
publish nothing otherwise. What has come since is proposed next.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from galley.protocol.checking import Base
from galley.worker.bookkeeping import cause_of
from galley.worker.channel import Channel, now
from galley.worker.checks.desk import Desk
from galley.worker.checks.outcomes import Content
from galley.worker.checks.question import Question, changed, counted
from galley.worker.problems import RefusedError
from pipeline.engine.candidate import Candidate
from pipeline.engine.live import Tally
from pipeline.engine.opinions import Answer, Opinion
from pipeline.environment import Environment
from pipeline.model import Diagnostic, Key, Origin, Resource

T = TypeVar("T")

ROUNDS = 10
"""How often somebody who waits asks the checks anew because something has changed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A candidate that the checks are asked about."""

    candidate: Candidate
    question: Question
    cause: dict[str, Any]
    """Which sources changed and how, at that time."""


class Checking:
    """The candidates of one channel on their way through the checks."""

    def __init__(self, channel: Channel, touch: Callable[[], None]) -> None:
        """`touch`: something has become known that may make a candidate publishable."""
        self._channel = channel
        self._touch = touch
        self._desk = Desk(now, self._answered)
        self._asked: Asked | None = None
        """The one that came by itself, until it is published or refused."""
        self._passed = False

    def take_over(self) -> None:
        """The channel's settings are in force."""
        self._desk.take_over(self._channel.settings.checks)
        self._channel.gate.opinions.answers = self._answer if self._desk.checks else None
        self._asked = None

    def ask_again(self) -> None:
        """Somebody has looked into it: what checks block is asked about anew."""
        self._desk.ask_again()
        self._channel.gate.opinions.clear()

    def _answered(self) -> None:
        """A question was answered; perhaps the one about the candidate."""
        if self._asked and self._desk.answer(self._asked.question.name) is not None:
            self._passed = self.passes(self._asked)
            self._asked = self._asked if self._passed else None
        self._touch()

    def passes(self, asked: Asked | None) -> bool:
        """Whether the checks, just asked, let a candidate pass, and it can still be published."""
        gate = self._channel.gate
        if asked is None or not gate.stands(asked.candidate):
            return False
        return gate.opinions.hear(asked.candidate, self._channel.ledger.live, now())

    def passed(self) -> Asked | None:
        """The candidate that came by itself, was let pass, and can still be published."""
        asked = self._asked if self._passed else None
        return asked if asked and self._channel.gate.stands(asked.candidate) else None

    def consider(self, candidate: Candidate) -> None:
        """Nobody has asked for this proposal: ask the checks what they do not know yet, of one
        candidate at a time; of the live version first, because what it has already is carried."""
        live = self._channel.ledger.live.digest
        if not self._desk.checks:
            return
        if self._channel.head and self._is_open(live):
            self._desk.ask(self._of_live())
        elif not candidate.checked and (self._asked is None or self._passed):
            self._asked, self._passed = self.about(candidate), False
            self._desk.ask(self._asked.question)

    async def settled(self, attempt: Callable[[], Awaitable[tuple[T, Question | None]]]) -> T:
        """Try something that may have to ask the checks first, again once they have answered.

        Args:
            attempt: what came of it, and what has to be asked; it takes the channel's lock itself.

        Raises:
            RefusedError: what is asked about has changed each time.
        """
        for _ in range(ROUNDS):
            result, question = await attempt()
            if question is None:
                return result
            await self._desk.asked(question)
        raise RefusedError(
            "unavailable",
            "The checks have not come to an end: what they are asked about changes all the time.",
            remedy="`galley hold` keeps the live version as it is; try again then.",
        )

    def about(self, candidate: Candidate) -> Asked:
        """A candidate with the question about it."""
        return Asked(candidate, self.question_of(candidate), cause_of(self._channel, candidate))

    def question_of(self, candidate: Candidate, environment: Environment | None = None) -> Question:
        """The question about a candidate; by default under the environment in force."""
        tally = Tally(
            candidate.added,
            candidate.changed,
            candidate.deleted,
            candidate.resources,
            candidate.digest,
        )
        held = {key: one.held.origin for key, one in candidate.named.items() if one.held}
        wanted = environment or self._channel.environment
        return self.question(wanted, candidate.outputs, tally, held)

    def question(
        self,
        environment: Environment,
        outputs: Mapping[Key, Resource | None],
        tally: Tally,
        origins: Mapping[Key, Origin],
    ) -> Question:
        """A question about the live version with some outputs changed."""
        channel = self._channel
        live = channel.ledger.live
        resources = {**live, **outputs} if self._desk.wants_all else {}
        return Question(
            channel=channel.name,
            base=Base(version=channel.number, digest=live.digest.hex()),
            content=counted(tally, environment),
            changes=changed(outputs, live, origins),
            resources={key: held for key, held in resources.items() if held},
        )

    def said_of(self, digest: bytes) -> tuple[Opinion, ...]:
        """What was said of a content, if it was asked about."""
        answer = self._answer(digest)
        return answer.opinions if answer else ()

    def ask(self, question: Question) -> None:
        """Begin to ask; `is_asking` and `knows` say how far it is."""
        self._desk.ask(question)

    def is_asking(self, question: Question) -> bool:
        return self._desk.is_asking(question.name)

    def knows(self, question: Question) -> bool:
        """Whether it was answered, and is not to be asked again."""
        answer = self._desk.answer(question.name)
        return answer is not None and not answer.due

    def against(self, question: Question, candidate: Candidate) -> list[Diagnostic]:
        """What the checks have against a candidate without change units, as far as they know it."""
        answer = self._desk.answer(question.name) if self.knows(question) else None
        opinions, live = self._channel.gate.opinions, self._channel.ledger.live
        return opinions.weigh(answer, candidate, live).waiting if answer else []

    def reports(self) -> list[dict[str, Any]]:
        """A list of `ExternalCheckResult`."""
        return self._desk.reports()

    async def stop(self) -> None:
        """Stop asking."""
        await self._desk.stop()

    def due_at(self, candidate: Candidate) -> float:
        """When there is something to ask again; seconds since the epoch, infinity for never."""
        digests = (candidate.digest, self._channel.ledger.live.digest)
        asked = (self._desk.due_at(self._content(digest)) for digest in digests)
        return min(*asked, self._channel.gate.opinions.due_at(now()))

    def _of_live(self) -> Question:
        live = self._channel.ledger.live
        return self.question(self._channel.environment, {}, live.tally({}), {})

    def _is_open(self, digest: bytes) -> bool:
        answer = self._answer(digest)
        return answer is None or answer.due

    def _answer(self, digest: bytes) -> Answer | None:
        return self._desk.answer(self._content(digest))

    def _content(self, digest: bytes) -> Content:
        return digest.hex(), self._channel.environment.digest.hex()
