"""Whatever happens on the way, the forge ends up with the last status of each commit."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from galley.forges import outbox as module
from galley.forges.outbox import PACE_FIRST, PACE_MOST, Outbox
from galley.forges.status import Colour, Status, Tally

COMMITS = st.sampled_from(["c1", "c2", "c3"])
TALLIES = st.none() | st.builds(Tally, st.just(2), st.integers(0, 2), st.just(0))
STATUSES = st.builds(
    Status,
    revision=COMMITS,
    state=st.sampled_from(["pending", "live"]),
    colour=st.just(Colour.PENDING),
    headline=st.just("x"),
    version=st.integers(0, 2),
    tally=TALLIES,
)


class AnyTraffic(RuleBasedStateMachine):
    """A forge that takes, refuses, loses, or takes and does not say so."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.now = 0.0
        self.last: dict[str, Status] = {}
        self.shown: dict[str, Status] = {}
        self.sent: list[Status] = []
        self.out: Status | None = None

    @rule(status=STATUSES)
    def becomes(self, status: Status) -> None:
        self.last[status.revision] = status
        self.outbox.put(status)

    @rule()
    def is_sent(self) -> None:
        if self.out is None and (status := self.outbox.take(self.now)):
            assert self.shown.get(status.revision) != status or self.unsure(status)
            self.out = status

    @rule(arrives=st.booleans(), answered=st.booleans())
    def is_taken(self, arrives: bool, answered: bool) -> None:
        status, self.out = self.out, None
        if status is None:
            return
        if arrives or answered:
            self.shown[status.revision] = status
        if answered:
            self.sent = [each for each in self.sent if each.revision != status.revision]
            self.outbox.told(status, self.now)
        else:
            self.sent.append(status)
            self.outbox.postpone(status)

    @rule()
    def is_refused(self) -> None:
        status, self.out = self.out, None
        if status is not None:
            self.sent.append(status)
            self.outbox.refused(status, self.now)

    @rule()
    def settings_change(self) -> None:
        self.outbox.again()

    @rule(seconds=st.floats(0, PACE_FIRST * 2))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    def unsure(self, status: Status) -> bool:
        """Whether an answer about this commit is missing."""
        return any(each.revision == status.revision for each in self.sent)

    @invariant()
    def what_waits_is_due_some_time(self) -> None:
        assert (self.outbox.due() < float("inf")) == bool(len(self.outbox))
        assert self.outbox.due() <= self.now + PACE_MOST or not len(self.outbox)

    def teardown(self) -> None:
        self.is_taken(arrives=False, answered=False)
        self.outbox.again()
        for _ in range(100):
            self.now += PACE_MOST
            self.is_sent()
            self.is_taken(arrives=True, answered=True)
        assert self.shown == self.last
        assert len(self.outbox) == 0


TestAnyTraffic = AnyTraffic.TestCase


def live(revision: str = "c1", had: int = 0, connected: int = 9) -> Status:
    tally = Tally(connected, had, 0)
    return Status(revision, "live", Colour.SUCCESS, "Live", 1, tally=tally)


def test_who_has_it_is_told_ever_more_rarely_and_the_last_word_at_once() -> None:
    outbox, now, told = Outbox(), 0.0, []
    for had in range(9):
        outbox.put(live(had=had))
        while (status := outbox.take(now)) is None:
            now = outbox.due()
        outbox.told(status, now)
        told.append(now)

    assert told[:5] == [0, 5, 15, 35, 75]
    outbox.put(live(had=9))
    assert outbox.take(now) == live(had=9)


def test_a_try_that_failed_may_be_made_again_at_once() -> None:
    outbox = Outbox()
    outbox.put(live())
    for _ in range(5):
        assert outbox.take(0.0) == live()
        outbox.postpone(live())


def test_a_commit_that_fails_does_not_hold_up_the_others() -> None:
    outbox = Outbox()
    outbox.put(live("c1"))
    outbox.put(live("c2"))
    assert outbox.take(0.0) == live("c1")
    outbox.postpone(live("c1"))

    assert outbox.take(0.0) == live("c2")


def test_memory_is_bounded_and_what_is_lost_is_counted(monkeypatch: object) -> None:
    outbox = Outbox()
    for number in range(module.MOST + 10):
        outbox.put(live(f"c{number}"))

    assert (len(outbox), outbox.dropped) == (module.MOST, 10)
    assert outbox.take(0.0) == live("c10")
