"""Whatever happens in whatever order, a client that answers ends with exactly what is live."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from galley.mesh.line import Line
from galley.mesh.xds.delta import DeltaXds
from galley.mesh.xds.sotw import Sotw
from galley.protocol.view import View
from galley.server.slices import Job
from pipeline.model import Key
from tests.mesh.served import MeshLine, istio
from tests.mesh.xds.clients import DeltaClient, Opening, WorldClient

KINDS = ("VirtualService", "DestinationRule")
URLS = tuple(f"networking.istio.io/v1/{kind}" for kind in KINDS)
NAMES = "abc"

changes = st.tuples(
    st.just("change"),
    st.dictionaries(
        st.tuples(st.sampled_from(KINDS), st.sampled_from(NAMES)),
        st.one_of(st.none(), st.tuples(st.integers(0, 3), st.booleans())),
        max_size=4,
    ),
)
steps = st.lists(
    st.one_of(
        changes,
        st.tuples(st.sampled_from(["take", "take and drop", "refuse", "answer late", "reload"])),
        st.tuples(st.just("subscribe"), st.sampled_from(URLS)),
        st.tuples(st.just("again"), st.sampled_from(URLS)),
        st.tuples(st.just("roll back")),
    ),
    max_size=25,
)
views = st.sampled_from([View(), View(labels=(("team", "a"),))])


def publish(line: MeshLine, edits: dict[tuple[str, str], tuple[int, bool] | None]) -> None:
    put, gone = [], []
    for (kind, name), value in edits.items():
        if value is None:
            gone.append(Key(f"networking.istio.io/{kind}", "default", name))
        else:
            host = {"hosts" if kind == "VirtualService" else "host": f"h{value[0]}"}
            spec: dict[str, Any] = {k: [v] if k == "hosts" else v for k, v in host.items()}
            put.append(istio(kind, name, spec, **({"team": "a"} if value[1] else {})))
    line.publish(*put, gone=tuple(gone))


def wanted(line: MeshLine, view: View, url: str) -> set[str]:
    collection = f"networking.istio.io/{url.rpartition('/')[2]}"
    seen = line.seen(View((collection,), view.namespaces, view.labels))
    return {f"{key.namespace}/{key.name}" for key in seen}


def versions(line: MeshLine, view: View, url: str) -> dict[str, str]:
    collection = f"networking.istio.io/{url.rpartition('/')[2]}"
    seen = line.seen(View((collection,), view.namespaces, view.labels))
    return {f"{key.namespace}/{key.name}": each.digest.hex()[:16] for key, each in seen.items()}


def nothing() -> Job[None]:
    return
    yield


class Story:
    """One line, one client, and what happens to them."""

    def __init__(self, client: type[Any], view: View) -> None:
        self.line = MeshLine(wires=("istio",))
        companion = MeshLine()
        opening = Opening(Line(self.line.channel), Line(companion.channel), view)
        self.view = view
        self.late: list[Any] = []
        self.client: Any = (
            WorldClient(Sotw(opening), whole=frozenset(URLS))
            if client is WorldClient
            else DeltaClient(DeltaXds(opening))
        )
        self.asked: set[str] = set()

    async def do(self, what: str, given: Any = None) -> None:
        client = self.client
        await self.settled()
        match what:
            case "change":
                publish(self.line, given)
            case "subscribe":
                if given not in self.asked:
                    self.asked.add(given)
                    client.ask(given)
            case "again" if given in self.asked and isinstance(client, WorldClient):
                client.ask(given)
            case "take" | "refuse" | "answer late" | "take and drop":
                self.receive(what)
            case "reload":
                self.line.load()
            case "roll back" if self.line.number > 1:
                self.line.rollback(self.line.number - 1)

    def receive(self, what: str) -> None:
        response = self.client.receive()
        if response is None:
            return
        if what == "answer late":
            self.late.append(response)
        elif what != "take and drop":
            self.client.answer(response, "no, thanks" if what == "refuse" else "")

    async def settled(self) -> None:
        """What was told has been taken in."""
        await self.line.channel.run(nothing())

    async def end(self) -> None:
        """Everything is answered, and there are two more changes of all."""
        await self.settled()
        for response in self.late:
            self.client.answer(response)
        for number in (7, 8):
            publish(self.line, {(kind, "z"): (number, True) for kind in KINDS})
            await self.settled()
            self.client.drain()


@settings(max_examples=200, deadline=None)
@given(views, steps)
def test_state_of_the_world(view: View, happens: list[Any]) -> None:
    async def tell() -> None:
        story = Story(WorldClient, view)
        for step in happens:
            await story.do(*step)
        await story.end()
        for url in story.asked:
            if story.client.session._watches[url].pending is None:
                assert story.client.held.get(url, {}).keys() == wanted(story.line, view, url)
        story.client.session.leave()
        assert story.line.channel.members.connected() == (0, 0)
        await story.line.channel.close()

    asyncio.run(tell())


@settings(max_examples=200, deadline=None)
@given(views, steps)
def test_delta(view: View, happens: list[Any]) -> None:
    async def tell() -> None:
        story = Story(DeltaClient, view)
        for step in happens:
            await story.do(*step)
        await story.end()
        for url in story.asked:
            if story.client.session._watches[url].pending is None:
                assert story.client.held.get(url, {}) == versions(story.line, view, url)
        story.client.session.leave()
        await story.line.channel.close()

    asyncio.run(tell())
