"""Whatever happens in whatever order, a sink that answers ends with exactly what is live."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galley.mesh.line import Line
from galley.protocol.view import View
from galley.server.slices import Job
from pipeline.encoding.mesh import VERSION_LENGTH
from pipeline.model import Key
from tests.mesh.mcp.raw import ROUTES, RULES
from tests.mesh.mcp.sinks import SinkModel
from tests.mesh.served import MeshLine, istio
from tests.mesh.xds.clients import Opening

KINDS = {ROUTES: "VirtualService", RULES: "DestinationRule"}
NAMES = "abc"

steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("change"),
            st.dictionaries(
                st.tuples(st.sampled_from(list(KINDS.values())), st.sampled_from(NAMES)),
                st.one_of(st.none(), st.tuples(st.integers(0, 3), st.booleans())),
                max_size=4,
            ),
        ),
        st.tuples(
            st.sampled_from(
                [
                    "take",
                    "take",
                    "refuse",
                    "leave open",
                    "stale",
                    "reconnect",
                    "reload",
                    "roll back",
                ]
            )
        ),
        st.tuples(st.sampled_from(["ask", "answer late"]), st.sampled_from(list(KINDS))),
    ),
    max_size=25,
)
views = st.sampled_from([View(), View(labels=(("team", "a"),))])


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told is taken in before the call returns, however slow the machine is."""
    monkeypatch.setattr("galley.server.turns.SHARE", 60.0)
    monkeypatch.setattr("galley.server.slices.SLICE", 60.0)


class Story:
    """One line, one sink, and what happens to them."""

    def __init__(self, view: View, *, incremental: bool) -> None:
        self.line = MeshLine(wires=("mcp",))
        opening = Opening(Line(self.line.channel), Line(MeshLine().channel), view)
        self.view = view
        self.sink = SinkModel(opening, incremental)
        self.stale: list[Any] = []

    async def do(self, what: str, given: Any = None) -> None:
        sink = self.sink
        await self.settled()
        match what:
            case "change":
                self.publish(given)
            case "ask":  # an acknowledgement while a response is out
                sink.say(given)
            case "answer late" if given in sink.out:
                sink.say(given, sink.out[given])
            case "stale":
                self.answer_again()
            case "reconnect":
                sink.session.leave()
                sink.connect()
            case "reload":
                self.line.load()
            case "roll back" if self.line.number > 1:
                self.line.rollback(self.line.number - 1)
            case "take" | "refuse" | "leave open":
                self.receive(what)

    def answer_again(self) -> None:
        """What was answered already, which must not matter."""
        for response in self.stale:
            if response.nonce != self.sink.out.get(response.collection):
                self.sink.say(response.collection, response.nonce, "of something old")

    def receive(self, what: str) -> None:
        response = self.sink.receive()
        if response is None:
            return
        if what == "refuse":
            self.sink.refuse(response)
        else:
            self.sink.apply(response)
        if what == "take":
            self.sink.ack(response)
        self.stale.append(response)

    def publish(self, edits: dict[tuple[str, str], tuple[int, bool] | None]) -> None:
        put, gone = [], []
        for (kind, name), value in edits.items():
            if value is None:
                gone.append(Key(f"networking.istio.io/{kind}", "default", name))
                continue
            host = f"h{value[0]}"
            spec = {"hosts": [host]} if kind == "VirtualService" else {"host": host}
            put.append(istio(kind, name, spec, **({"team": "a"} if value[1] else {})))
        self.line.publish(*put, gone=tuple(gone))

    async def settled(self) -> None:
        """What was told has been taken in."""
        await self.line.channel.run(_nothing())

    async def end(self) -> None:
        """All that is out is acknowledged, and there is one more change of everything."""
        await self.settled()
        for collection in list(self.sink.out):
            self.sink.say(collection)
        self.publish({(kind, "z"): (7, True) for kind in KINDS.values()})
        await self.settled()
        self.sink.drain()

    def wanted(self, collection: str) -> dict[str, str]:
        view = View((f"networking.istio.io/{KINDS[collection]}",), (), self.view.labels)
        return {
            f"{key.namespace}/{key.name}": each.digest.hex()[:VERSION_LENGTH]
            for key, each in self.line.seen(view).items()
        }


def _nothing() -> Job[None]:
    return
    yield


@pytest.mark.parametrize("incremental", [False, True])
@settings(max_examples=300, deadline=None)
@given(view=views, happens=steps)
def test_it_ends_with_what_is_live(*, incremental: bool, view: View, happens: list[Any]) -> None:
    async def tell() -> None:
        story = Story(view, incremental=incremental)
        for step in happens:
            await story.do(*step)
        await story.end()
        for collection in story.sink.asked:
            assert story.sink.held[collection] == story.wanted(collection)
        members = story.line.channel.members
        assert members.connected() == ((1, 1) if story.sink.asked else (0, 0))
        story.sink.session.leave()
        assert members.connected() == (0, 0)
        await story.line.channel.close()

    asyncio.run(tell())
