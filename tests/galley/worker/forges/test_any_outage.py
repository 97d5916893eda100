"""After any states and any outages each commit shows its last state, over real sockets."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galley.forges.request import Target
from galley.forges.status import Colour, Status, Tally
from galley.worker.courier import Courier
from galley.worker.posts import Post

COMMITS = [f"c{number}" for number in range(4)]
STATUSES = st.builds(
    Status,
    revision=st.sampled_from(COMMITS),
    state=st.sampled_from(["pending", "blocked", "live"]),
    colour=st.sampled_from(Colour),
    headline=st.sampled_from(["one", "two"]),
    version=st.integers(0, 3),
    tally=st.none() | st.just(Tally(1, 1, 0)),
)
EVENTS = st.lists(
    STATUSES | st.sampled_from(["down", "up", "500", "429", "slow", "quick", "restart", "breathe"]),
    max_size=40,
)


async def exact(status: Status) -> Status:
    return status


@pytest.mark.usefixtures("impatient")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS)
async def test_the_last_state_of_each_commit_is_shown(forge: Any, events: list[Any]) -> None:
    forge.shown.clear()
    forge.answers.clear()
    last: dict[str, Status] = {}
    target = Target("generic", forge.url, "team/mesh", "mesh", "repo", "galley/mesh", "")
    courier = Courier("repo", exact)
    run = Run(courier, Post(target, "the-secret-of-both-sides"))
    for event in events:
        if isinstance(event, Status):
            last[event.revision] = event
            courier.put(event)
        else:
            await happen(event, forge, run)
    await happen("up", forge, run)
    await happen("quick", forge, run)
    await forge.until(lambda: courier.report()["waiting"] == 0)
    await run.stop()

    assert {commit: shown(said) for commit, said in forge.shown.items()} == {
        commit: (each.state, each.description(1000), each.version) for commit, each in last.items()
    }


class Run:
    """A courier under way, which can be replaced."""

    def __init__(self, courier: Courier, post: Post) -> None:
        self.courier, self.post = courier, post
        self.start()

    def start(self) -> None:
        self.task = asyncio.create_task(self.courier.run(self.post))

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def happen(event: str, forge: Any, run: Run) -> None:
    if event == "down":
        await forge.down()
    elif event == "up":
        await forge.down()
        await forge.up()
    elif event == "slow":
        forge.slow.clear()
    elif event == "quick":
        forge.slow.set()
    elif event == "restart":
        await run.stop()
        run.start()
    elif event == "breathe":
        await asyncio.sleep(0.01)
    else:
        forge.answer(int(event))


def shown(said: dict[str, Any]) -> tuple[str, str, int]:
    return said["state"], said["description"], said["version"]
