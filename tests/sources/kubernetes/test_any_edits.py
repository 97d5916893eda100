"""Whatever is done to a cluster, what was told adds up to what is there, and nothing twice."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Located, Read

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "delete", "list again"]),
        st.sampled_from("abcd"),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_any_edits_are_told_once(attend: Any, follow: Any, space: Any, edits: Any) -> None:
    asyncio.run(_edit(attend, follow, space, edits))


async def _edit(attend: Any, follow: Any, space: Any, edits: Any) -> None:
    source = follow()
    async with attend(source) as follower:
        there = {name for batch in follower.batches for name in follower.names}
        for what, name, value in edits:
            if what == "put":
                space.put(name, value)
                there.add(name)
            elif what == "delete" and name in there:
                space.delete(name)
                there.discard(name)
            elif what == "list again":
                for each in source._crew or ():
                    each._version = "" if value else each._version
            await asyncio.sleep(0)
        space.put("end", len(follower.batches))
        await follower.until(lambda: follower.names == {*there, "end"})
        told: dict[str, tuple[str, bytes] | None] = {}
        for change in (each for batch in follower.batches for each in batch.changes):
            after = _which(change.resources[0]) if isinstance(change, Read) else None
            assert told.get(change.locator) != after, "told twice"
            told[change.locator] = after
        for name in there:
            assert space.locator(name) in follower.held
        space.delete("end")
        await follower.until(lambda: follower.names == there)


def _which(held: Located) -> tuple[str, bytes]:
    """An object and what it says: another one may say the same."""
    return held.origin.uid, held.resource.digest


pytestmark = pytest.mark.slow
