"""The public client: consistent updates, answers, staleness, and what it keeps."""

import asyncio
import runpy
import stat
from pathlib import Path
from typing import Any

import pytest

from galley.client import Backoff, Client, Refused, SubscriptionError, Update, View
from galley.client.keep import SLACK_BYTES

DEADLINE = 10.0
SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture
def client(server: Any) -> Any:
    """Make a client of the server that comes back quickly."""

    def make(url: str = "", **options: Any) -> Client:
        quick = Backoff(first=0.05, longest=0.1)
        given: dict[str, Any] = {"node": "tester", "backoff": quick} | options
        return Client(url or server.url, **given)

    return make


async def following(client: Client) -> Update:
    async with asyncio.timeout(DEADLINE):
        return await anext(client)


def statuses(line: Any) -> list[tuple[str, int]]:
    return [(each.state, each.version) for each in line.channel.members.subscribers()]


async def test_the_first_update_is_everything(line: Any, client: Any, resource: Any) -> None:
    line.publish(resource("a"), resource("b"))
    async with client() as subscriber:
        update = await following(subscriber)
        assert update.complete
        assert dict(update.upserts) == line.content
        assert (update.version, update.author, update.reason) == (1, "me", "because")


async def test_taking_the_next_update_accepts_the_one_before(
    line: Any, client: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"), resource("b"))
    async with client() as subscriber:
        await following(subscriber)
        assert (dict(subscriber.resources), statuses(line)) == ({}, [("pending", 0)])
        waiting = asyncio.create_task(following(subscriber), name="next")
        await until(lambda: statuses(line) == [("synced", 1)])
        assert dict(subscriber.resources) == line.content
        line.publish(resource("a", 1), gone=(resource("b").key,))
        update = await waiting
        assert set(update.upserts) == {resource("a").key}
        assert set(update.removals) == {resource("b").key}
        assert dict(update.resources) == line.content
        assert len(update.resources) == 1


async def test_a_refused_update_leaves_the_mirror_as_it_was(
    line: Any, client: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    async with client() as subscriber:
        await following(subscriber)
        line.publish(resource("a", 1))
        update = await following(subscriber)
        update.refuse("no", resources={resource("a").key: "bad route"})
        line_2 = asyncio.create_task(following(subscriber), name="next")
        await until(lambda: statuses(line) == [("nacked", 1)])
        assert dict(subscriber.resources) == line.versions[1]
        assert (
            next(line.channel.members.subscribers()).nack == "no core/Service/default/a: bad route"
        )
        line.publish(resource("a", 2))
        assert dict((await line_2).resources) == line.content


async def test_raising_refused_in_apply_is_a_nack(
    line: Any, client: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    applied = []

    async def apply(update: Update) -> None:
        if update.resources[resource("a").key] == resource("a", 13):
            raise Refused("thirteen")
        applied.append(update.version)

    async with client() as subscriber:
        running = asyncio.create_task(subscriber.run(apply), name="run")
        await until(lambda: statuses(line) == [("synced", 1)])
        line.publish(resource("a", 13))
        await until(lambda: statuses(line) == [("nacked", 1)])
        line.publish(resource("a", 14))
        await until(lambda: statuses(line) == [("synced", 3)])
        running.cancel()
    assert applied == [1, 3]


async def test_a_bug_in_apply_refuses_with_retry_and_is_raised(
    line: Any, client: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))

    def apply(update: Update) -> None:
        raise KeyError("oops")

    async with client() as subscriber:
        with pytest.raises(KeyError):
            await subscriber.run(apply)
        await until(lambda: next(line.channel.members.subscribers()).nack_kind == "retry")


async def test_a_view_holds_what_it_selects(line: Any, client: Any, resource: Any) -> None:
    line.publish(resource("a", app="web"), resource("b", app="db"))
    async with client(view=View.of(labels={"app": "web"})) as subscriber:
        assert set((await following(subscriber)).resources) == {resource("a").key}


@pytest.mark.parametrize("zstd", [False, True])
async def test_a_large_state_arrives_whole(
    line: Any, client: Any, resource: Any, zstd: bool
) -> None:
    line.publish(*(resource(f"r{n}", pad="x" * 900) for n in range(2000)))
    async with client(zstd=zstd) as subscriber:
        update = await following(subscriber)
        assert dict(update.resources) == line.content


async def test_a_lost_connection_costs_only_what_was_missed(
    line: Any, server: Any, client: Any, resource: Any, until: Any, new_server: Any
) -> None:
    line.publish(*(resource(f"r{n}") for n in range(50)))
    async with client() as subscriber:
        waiting = asyncio.create_task(_second(subscriber), name="second")
        await until(lambda: statuses(line) == [("synced", 1)])
        port = int(server.url.rsplit(":", 1)[1])
        await server.stop()
        line.restart()
        line.publish(resource("r1", 1))
        again = new_server(line)
        await again.start(port)
        update = await waiting
        assert len(update.upserts) == 1
        assert not update.complete
        assert line.channel.counts.steps == {"delta": 1}
        await again.stop()


async def _second(client: Client) -> Update:
    await following(client)
    return await following(client)


async def test_an_older_version_of_the_lineage_is_never_applied(
    line: Any, server: Any, client: Any, resource: Any, until: Any, new_line: Any, new_server: Any
) -> None:
    """G3: a server with an old copy of the store is not believed."""
    for value in range(3):
        line.publish(resource("a", value))
    old = new_line(line.settings, versions={0: {}, 1: dict(line.versions[1])}, number=1)
    async with client() as subscriber:
        waiting = asyncio.create_task(_second(subscriber), name="second")
        await until(lambda: statuses(line) == [("synced", 3)])
        server.channels["default"] = old.channel
        for session in tuple(server.sessions()):
            session.start_closing(4005, "test")
        await until(old.channel.members.subscribers)
        old.publish(resource("a", 7))
        assert not waiting.done()
        old.publish(resource("a", 8))
        old.publish(resource("a", 9))
        assert (await waiting).version == 4
    await old.channel.close()


class TestLastGood:
    """G11: what was last good is there while the server is not."""

    async def test_it_is_served_while_there_is_no_server(
        self,
        line: Any,
        server: Any,
        client: Any,
        resource: Any,
        tmp_path: Path,
        until: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"), resource("b"))
        await self._leave(line, client(state=state), until)
        await server.stop()
        monkeypatch.setattr("galley.client.client.PATIENCE_SECONDS", 0.05)
        async with client(state=state) as subscriber:
            update = await following(subscriber)
            assert (update.stale, update.complete, update.version) == (True, True, 1)
            assert dict(update.upserts) == line.content
            assert subscriber.stale

    async def test_it_is_only_readable_by_its_owner(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"))
        await self._leave(line, client(state=state), until)
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        assert [each.name for each in tmp_path.iterdir()] == ["last-good"]  # noqa: ASYNC240  # one look at a local folder

    async def test_a_restarted_client_gets_what_it_misses_and_says_everything(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"), resource("b"))
        await self._leave(line, client(state=state), until)
        line.publish(resource("a", 1))
        async with client(state=state) as subscriber:
            update = await following(subscriber)
        assert dict(update.upserts) == line.content
        assert (update.complete, update.stale) == (True, False)
        assert line.channel.counts.steps == {"full": 1, "delta": 1}

    async def test_every_accepted_update_is_kept(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(*(resource(f"r{n}") for n in range(20)))
        async with client(state=state) as subscriber:
            taking = asyncio.create_task(_take_all(subscriber), name="take")
            for value in range(1, 30):
                line.publish(
                    resource(f"r{value % 20}", value), gone=(resource(f"r{value % 3}").key,)
                )
                await until(lambda: statuses(line) == [("synced", line.number)])
            taking.cancel()
        restored = client("http://127.0.0.1:9", state=state)
        async with restored:
            assert dict(restored.resources) == line.content
            assert restored.version == line.number

    @pytest.mark.parametrize("cut", [1, 40, 100])
    async def test_a_record_that_was_cut_short_is_ignored(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any, cut: int
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"))
        async with client(state=state) as subscriber:
            taking = asyncio.create_task(_take_all(subscriber), name="take")
            await until(lambda: statuses(line) == [("synced", 1)])
            line.publish(resource("a", 1))
            await until(lambda: statuses(line) == [("synced", 2)])
            taking.cancel()
        state.write_bytes(state.read_bytes()[:-cut])
        restored = client("http://127.0.0.1:9", state=state)
        async with restored:
            assert dict(restored.resources) == line.versions[1]

    @pytest.mark.parametrize("damage", [b"", b"garbage" * 100])
    async def test_a_file_that_is_none_of_ours_is_not_used(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, damage: bytes
    ) -> None:
        state = tmp_path / "last-good"
        state.write_bytes(damage)
        line.publish(resource("a"))
        async with client(state=state) as subscriber:
            assert dict((await following(subscriber)).upserts) == line.content

    async def test_another_view_does_not_use_it(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"))
        await self._leave(line, client(state=state), until)
        other = client("http://127.0.0.1:9", state=state, view=View.of(["core/Secret"]))
        async with other:
            assert other.version == 0

    async def test_the_file_does_not_grow_without_bound(
        self, line: Any, client: Any, resource: Any, tmp_path: Path, until: Any
    ) -> None:
        state = tmp_path / "last-good"
        line.publish(resource("a"))
        async with client(state=state) as subscriber:
            taking = asyncio.create_task(_take_all(subscriber), name="take")
            for value in range(30):
                line.publish(resource("a", value + 1, pad=str(value) * 50_000))
                await until(lambda: statuses(line) == [("synced", line.number)])
            taking.cancel()
        assert state.stat().st_size < 2 * SLACK_BYTES

    async def _leave(self, line: Any, subscriber: Client, until: Any) -> None:
        """Take the first update and go."""
        async with subscriber:
            taking = asyncio.create_task(_take_all(subscriber), name="take")
            await until(lambda: statuses(line)[-1:] == [("synced", line.number)])
            taking.cancel()


async def _take_all(client: Client) -> None:
    async for _ in client:
        pass


async def test_silence_beyond_the_agreed_time_is_said_once_and_ends(
    line: Any, server: Any, client: Any, resource: Any, until: Any, new_server: Any
) -> None:
    line.publish(resource("a"))
    async with client(max_staleness=0.3) as subscriber:
        await following(subscriber)
        port = int(server.url.rsplit(":", 1)[1])
        await server.stop()
        update = await following(subscriber)
        assert (update.stale, subscriber.stale, len(update.upserts)) == (True, True, 0)
        assert dict(update.resources) == line.content
        again = new_server(line)
        await again.start(port)
        update = await following(subscriber)
        assert (update.stale, subscriber.stale, update.version) == (False, False, 1)
        await again.stop()


@pytest.mark.parametrize("channel", ["secret", "nowhere"])
async def test_a_refused_subscription_is_raised(client: Any, channel: str) -> None:
    async with client(channel=channel) as subscriber:
        with pytest.raises(SubscriptionError, match=channel):
            await following(subscriber)


@pytest.mark.parametrize("url", ["ftp://somewhere", "http://", "unix:///x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        Client(url)


async def test_pauses_grow_to_a_bound_and_are_jittered() -> None:
    backoff = Backoff(first=1.0, longest=8.0)
    pauses = [backoff.next() for _ in range(40)]
    assert all(0 <= pause <= min(8.0, 2.0**n) for n, pause in enumerate(pauses))
    assert len(set(pauses)) == len(pauses)
    backoff.reset()
    assert backoff.next() <= 1.0


async def test_the_sample_prints_what_changes(
    line: Any,
    server: Any,
    resource: Any,
    until: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    sample = runpy.run_path(str(SAMPLES / "subscriber.py"))
    line.publish(resource("a"), resource("b"))
    running = asyncio.create_task(sample["main"](server.url), name="sample")
    await until(lambda: statuses(line) == [("synced", 1)])
    line.publish(gone=(resource("b").key,))
    await until(lambda: statuses(line) == [("synced", 2)])
    running.cancel()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "version 1: 2 resources"
    assert printed[-2:] == ["version 2: 1 resources", "  - core/Service/default/b"]
