"""Who left lately, and who of them is back."""

import time
from typing import Any

from galley.protocol.results import SubscriberResult
from galley.server.subscribers import Gone, identity


def left(session: str, **facts: Any) -> SubscriberResult:
    told: dict[str, Any] = {
        "channel": "mesh",
        "node": "",
        "session": session,
        "wire": "mcp",
        "credential": "pilots",
        "address": "10.0.0.8:39006",
        "view": {},
        "state": "gone",
        "version": 1,
        "last_seen": time.time(),
        **facts,
    }
    return SubscriberResult(**told)


def test_those_without_a_name_are_known_by_where_they_come_from() -> None:
    """One Pilot that is there hides no other that is not; its own last connection it does."""
    gone = Gone()
    for each in (left("m1"), left("m2", address="10.0.0.9:39006"), left("m3", node="edge-1")):
        gone.add(each)
    back = identity(left("m4", address="10.0.0.8:50000"))
    assert [each.session for each in gone.list({back})] == ["m2", "m3"]
    assert [each.session for each in gone.list({back, "edge-1"})] == ["m2"]


def test_of_one_that_left_often_only_the_last_time_is_told() -> None:
    gone = Gone()
    for each in (left("m1"), left("m2", address="10.0.0.8:1")):
        gone.add(each)
    assert [each.session for each in gone.list(set())] == ["m2"]
