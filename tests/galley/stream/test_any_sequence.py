"""Whatever happens in whatever order, every client ends with the exact content (G3 to G6)."""

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galley.client import Backoff, Client, View

VIEWS = (
    View(),
    View.of(["core/Service"]),
    View.of(namespaces=["n1"]),
    View.of(labels={"app": "web"}),
)

change = st.tuples(
    st.integers(0, 5),
    st.integers(0, 2),
    st.sampled_from(["n1", "n2"]),
    st.sampled_from(["web", "db"]),
)
step = st.one_of(
    st.tuples(st.just("put"), st.lists(change, min_size=1, max_size=4)),
    st.tuples(st.just("delete"), st.lists(change, min_size=1, max_size=3)),
    st.tuples(st.just("rollback"), st.integers(0, 3)),
    st.tuples(st.just("cut"), st.integers(0, len(VIEWS) - 1)),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("reload"), st.none()),
    st.tuples(st.just("forget"), st.none()),
    st.tuples(st.just("refuse"), st.integers(0, len(VIEWS) - 1)),
    st.tuples(st.just("settle"), st.none()),
)


class Run:
    """One sequence: a line, a server, and a client for each view."""

    def __init__(self, line: Any, server: Any, resource: Callable[..., Any], until: Any) -> None:
        self.line, self.server, self.resource, self.until = line, server, resource, until
        self.refusing: set[int] = set()
        self.seen: list[list[int]] = [[] for _ in VIEWS]
        self.clients = [
            Client(server.url, view=view, node=f"c{n}", backoff=Backoff(0.01, 0.02))
            for n, view in enumerate(VIEWS)
        ]

    async def follow(self, number: int) -> None:
        client = self.clients[number]
        async with client:
            async for update in client:
                if number in self.refusing:
                    self.refusing.discard(number)
                    update.refuse("not this one")
                    continue
                self.seen[number].append(update.version)
                await asyncio.sleep(0)

    async def act(self, what: str, how: Any) -> None:
        result = getattr(self, what)(how)
        if what == "settle":
            await result

    def put(self, how: Any) -> None:
        self.line.publish(
            *(
                self.resource(f"r{n}", value, namespace=namespace, app=app)
                for n, value, namespace, app in how
            )
        )

    def delete(self, how: Any) -> None:
        keys = (self.resource(f"r{n}", namespace=namespace).key for n, _, namespace, _ in how)
        self.line.publish(gone=tuple(keys))

    def rollback(self, how: int) -> None:
        if self.line.number:
            self.line.rollback(max(1, self.line.number - how))

    def cut(self, how: int) -> None:
        self.server.cut(f"c{how}")

    def restart(self, _: None) -> None:
        self.line.restart()
        self.server.channels["default"] = self.line.channel
        for number in range(len(VIEWS)):
            self.cut(number)

    def reload(self, _: None) -> None:
        self.line.load()

    def forget(self, _: None) -> None:
        self.line.forgotten = set(range(self.line.number))

    def refuse(self, how: int) -> None:
        self.refusing.add(how)

    async def settle(self, _: None) -> None:
        await asyncio.sleep(0.02)

    def exact(self) -> bool:
        return all(
            dict(client.resources) == self.line.seen(view)
            for client, view in zip(self.clients, VIEWS, strict=True)
        )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=1, max_size=14))
def test_every_client_ends_with_the_exact_content(
    steps: list[tuple[str, Any]],
    new_line: Any,
    new_server: Any,
    resource: Any,
    until: Any,
    digest_of: Any,
) -> None:
    async def run() -> None:
        line = new_line()
        server = new_server(line)
        await server.start()
        sequence = Run(line, server, resource, until)
        following = [
            asyncio.create_task(sequence.follow(n), name=f"follow {n}") for n in range(len(VIEWS))
        ]
        for what, how in steps:
            await sequence.act(what, how)
            await asyncio.sleep(0)
        sequence.refusing.clear()
        line.publish(resource("last", line.number + 1, namespace="n1", app="web"))
        line.channel.members.resend()
        await until(sequence.exact)
        for client, view in zip(sequence.clients, VIEWS, strict=True):
            assert client.digest == digest_of(line.seen(view))
        assert all(versions == sorted(versions) for versions in sequence.seen)
        await until(lambda: line.channel.members.connected() == (len(VIEWS), len(VIEWS)))
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await server.stop()
        await line.channel.close()

    asyncio.run(run())
