"""One channel line as meshes see it: what is served from it, and who is woken when it moves."""

from collections.abc import Callable, Iterable, Iterator

from galley.mesh.served import Served
from galley.mesh.watch import Watch
from galley.protocol.view import View
from galley.server.channel import Channel
from galley.server.slices import Job
from galley.server.turns import turns
from galley.server.views import LiveView

WRITE_SECONDS = 60e-6
"""What the loop needs later for a response to one stream; it ends a slice early enough."""


class Line:
    """Follows a channel line; confined to the serving loop."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._served: dict[tuple[str, View], Served] = {}
        self._rollback = channel.head.rollback if channel.head else 0
        self._forgiven: set[Watch] = set()
        """Who is offered again what it refused, as what took over last follows a rollback that
        nobody knew of."""
        self._preparing: set[Served] = set()
        """Those whose views are being built."""
        channel.followers.append(self)

    def serves(self, wire: str) -> bool:
        """Whether what is live can be sent on a wire, whole."""
        channel = self.channel
        return channel.settled and channel.head is not None and wire in channel.on_wires.ready

    def served(self, wire: str, collection: str, view: View) -> Served:
        """What there is of a collection in a view; collections of no kind are empty."""
        wanted = View((collection,), view.namespaces, view.labels)
        found = self._served.get((wire, wanted))
        if found is None:
            live = self.channel.view(wanted)
            found = self._served[wire, wanted] = Served(self, wire, collection, live)
        return found

    def prepare(self, served: Served) -> None:
        """Make it ready, if it is only the view that is missing; its watches are woken then."""
        if served.live.built or self.channel.head is None or served in self._preparing:
            return
        self._preparing.add(served)
        self.channel.build(served.live).work.add_done_callback(lambda _: self._prepared(served))

    def release(self, served: Served) -> None:
        """Somebody does not watch it any more."""
        if not served.watches:
            self._served.pop((served.wire, served.live.view), None)
            self.channel.release(served.live)

    def wake(self, served: Served) -> None:
        """Let everybody look again who watches this, over as many turns of the loop as it takes."""
        for watch in served.watches:
            self.wake_in_turn(watch.wake)

    def wake_in_turn(self, wake: Callable[[], None]) -> None:
        """Let one look again: now, or in one of the next turns if much is done in this one."""
        turns().take(wake, leaves=WRITE_SECONDS)

    # What the channel line tells its followers.

    def unsync(self, moved: list[LiveView]) -> Job[int]:
        """These have another content; how many members had all that they asked for."""
        head = self.channel.head
        rollback = head.rollback if head else 0
        rolled_back, self._rollback = rollback != self._rollback, rollback
        moving = tuple(self._of(moved))
        for served in tuple(self._served.values()) if rolled_back else moving:
            served.renew()  # all of them, before anybody asks about any
        self._forgiven = self._forgive() if rolled_back else set()
        count = 0
        for served in moving:
            for number, watch in enumerate(tuple(served.watches), 1):
                if watch in served.watches:  # it may have left meanwhile
                    count += watch.unsync()
                if number % 100 == 0:
                    yield 0.0
        return count

    def _forgive(self) -> set[Watch]:
        """Those who are offered again what they refused; of each stream all types at once, as who
        is asked what is due looks at all of them."""
        watches = (watch for served in self._served.values() for watch in served.watches)
        return {watch for watch in watches if watch.forgive()}

    def serve(self, moved: list[LiveView]) -> Job[None]:
        """Let those look who watch these, and those who wait for anything at all."""
        changed = set(self._of(moved))
        for served in tuple(self._served.values()):
            left = 0.0
            for watch in tuple(served.watches):
                if served in changed or watch.waiting or watch in self._forgiven:
                    watch.wake()
                    left += WRITE_SECONDS
                if left > 4 * WRITE_SECONDS:
                    yield left
                    left = 0.0
        self._forgiven = set()

    def wired(self) -> None:
        """Other wires are ready, or none is."""
        there = tuple(self._served.values())
        for served in there:
            served.renew()
        for served in there:
            self.wake(served)

    def _prepared(self, served: Served) -> None:
        self._preparing.discard(served)
        self.wake(served)

    def _of(self, moved: Iterable[LiveView]) -> Iterator[Served]:
        views = {live.view for live in moved}
        return (each for each in tuple(self._served.values()) if each.live.view in views)
