"""After a restart too, every body is in the worker's memory once."""

import gc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pipeline.model import Key, Resource

MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: one-of-a-kind
data:
  key: value
"""
KEY = Key("core/ConfigMap", "default", "one-of-a-kind")
LABEL = {"type": "labels", "set": {"marked": "yes"}}


def held() -> int:
    """How many objects there are for the one resource, as input or output."""
    gc.unfreeze()  # the worker leaves what it has loaded out of collections
    gc.collect()
    return sum(isinstance(each, Resource) and each.key == KEY for each in gc.get_objects())


async def test_what_the_store_kept_and_what_is_read_again_are_one_object(
    new_rig: Callable[..., Awaitable[Any]], tmp_path: Path
) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.yaml").write_text(MANIFEST)
    source = {"type": "files", "name": "files", "path": str(folder), "default_namespace": "default"}
    rig = await new_rig(sources=(source,), transforms=(LABEL,))
    await rig.until(lambda: rig.version == 1)
    assert held() == 2, "an input and the output made of it"
    await rig.stop()
    await rig.start()

    async def read() -> bool:
        return bool((await rig.ask("sources"))[0]["state"] == "synced")

    await rig.eventually(read)
    assert held() == 2
