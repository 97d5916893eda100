"""What a judge's service asks a worker: answered while somebody waits, and no longer."""

import time
from typing import Any

import pytest


async def test_what_nobody_waits_for_any_more_is_not_found_out(
    new_rig: Any, make: Any, refused: Any
) -> None:
    """Each question takes as long as all that is pending: the channel has better things to do."""
    rig = await new_rig()
    await rig.until(lambda: rig.version == 1)
    asked = {"source": "memory", "locator": "a", "content": make("a", x="1").content}

    assert await rig.ask("foresee", **asked, until=time.monotonic() + 20) == []
    with pytest.raises(refused, match="Nobody waits"):
        await rig.ask("foresee", **asked, until=time.monotonic())
