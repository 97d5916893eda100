"""A source whose unit is the revision: all of it is accepted or refused, and held back, as one."""

from collections.abc import Callable
from typing import Any

import pytest

SOURCE = {"type": "memory", "name": "memory", "unit": "revision"}


@pytest.fixture
async def whole(new_rig: Callable[..., Any], make: Any) -> Any:
    rig = await new_rig(sources=(SOURCE,))
    rig.put("a", make("a", x="1"))
    rig.put("b", make("b", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}, "b": {"x": "1"}})
    return rig


async def test_one_broken_file_holds_back_the_whole_revision(whole: Any, make: Any) -> None:
    version = whole.version
    whole.put("a", make("a", bad="1"))
    whole.put("b", make("b", x="2"))
    await whole.settled()

    whole.put("a", make("a", x="2"))
    await whole.until(lambda: whole.names() == {"a": {"x": "2"}, "b": {"x": "2"}})

    assert whole.version == version + 1


async def test_after_a_rollback_other_keys_wait_and_a_fix_goes_through(
    whole: Any, make: Any
) -> None:
    """What is quarantined is the state of the keys, until the source says another one."""
    version = whole.version
    whole.put("a", make("a", x="2"))
    await whole.until(lambda: whole.version == version + 1)
    await whole.ask("rollback", target=str(version), reason="no")
    await whole.until(lambda: whole.version == version + 2)
    whole.put("b", make("b", x="2"))
    await whole.settled()

    whole.put("a", make("a", x="3"))
    await whole.until(lambda: whole.names()["a"] == {"x": "3"})

    assert whole.names() == {"a": {"x": "3"}, "b": {"x": "2"}}
    assert whole.version == version + 3
    assert await whole.ask("quarantine") == []
