"""G1 under `kill -9` at every step: what was acknowledged is there, the rest is whole or gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from galley.store.builtin import open_store
from galley.store.failpoints import VARIABLE

PUBLISHER = """
import sys
sys.path.insert(0, {here!r})
from conftest import publish_into
from galley.store.builtin import open_store
from galley.store.values import Hold, Record

store = open_store({folder!r}, "mesh")
keys = int(sys.argv[1])
for _ in range(4):
    head = store.head()
    text = str(head.number + 1 if head else 1)
    print(publish_into(store, {{f"n{{n}}": text for n in range(keys)}}).number, flush=True)
    store.record(Record(add_holds=[Hold(text, "operator", "", "eve", 1.0)]))
    store.retain(9e9)
"""

SMALL, BIG = 5, 400
STEPS = [
    (SMALL, "store.before-commit=exit@2"),
    (SMALL, "store.after-commit=exit@2"),
    (SMALL, "store.before-record=exit@2"),
    (SMALL, "store.after-record=exit@2"),
    (SMALL, "store.swept=exit@2"),
    (BIG, "store.staged=exit@1"),
    (BIG, "store.staged=exit@2"),
    (BIG, "store.staged=exit@4"),
    (BIG, "store.staged=exit@7"),
    (BIG, "store.staged-all=exit@2"),
    (BIG, "store.before-commit=exit@3"),
]


def _publish_until_killed(folder: Path, keys: int, points: str) -> list[int]:
    """The numbers of the versions that the dying process saw as published."""
    here = str(Path(__file__).parent)
    script = PUBLISHER.format(here=here, folder=str(folder))
    done = subprocess.run(
        [sys.executable, "-c", script, str(keys)],
        env={**os.environ, VARIABLE: points},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    return [int(line) for line in done.stdout.split()]


@pytest.mark.parametrize(("keys", "points"), STEPS)
def test_killed_at_a_step_the_store_is_whole(folder: Path, keys: int, points: str) -> None:
    """Twice, so that the second process starts on what the first left."""
    acknowledged = 0
    for _ in range(2):
        acknowledged = max([acknowledged, *_publish_until_killed(folder, keys, points)])
        store = open_store(folder, "mesh")
        head = store.head()
        number = head.number if head else 0
        assert acknowledged <= number <= acknowledged + 1
        assert list(store.check()) == []
        if number:
            contents = store.contents(digest for _, digest in store.outputs(number))
            assert len(contents) == keys
            assert all(f"text\xa1{number}".encode("latin-1") in body for body in contents.values())
        staged = store._database.driver(f"SELECT count(*) FROM outputs WHERE first > {number}")
        assert staged[0][0] == 0
        store.close()
