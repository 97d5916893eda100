"""What is kept of every file: little, and enough to tell news from no news."""

import tracemalloc

from pipeline.model import Broken, Key, Located, Origin, Read, Resource
from sources.files.held import UNREAD, Held
from sources.files.place import Signature

FILE = Signature(1500, 1_700_000_000_000_000_000, 1 << 40)


def read(locator: str, *names: str) -> Read:
    resources = (Resource.build(Key("core/ConfigMap", "default", name), "v1") for name in names)
    origin = Origin("files", "", locator, 1)
    return Read(locator, tuple(Located(each, origin) for each in resources))


def test_a_file_is_another_by_size_time_or_inode() -> None:
    held = Held()
    held.put(read("a", "x"), FILE, b"1" * 16)

    assert held.unchanged("a", FILE)
    for field in FILE._fields:
        assert not held.unchanged("a", FILE._replace(**{field: 7})), field
    assert not held.unchanged("a", UNREAD)
    assert not held.unchanged("b", FILE)


def test_times_of_any_year_are_told_apart() -> None:
    held, far = Held(), FILE._replace(changed=1 << 70)
    held.put(read("a", "x"), far, b"1" * 16)

    assert held.unchanged("a", far)
    assert not held.unchanged("a", far._replace(changed=(1 << 70) + 1))


def test_a_key_that_is_missing_is_noticed_also_after_the_file_was_broken() -> None:
    held = Held()
    held.put(read("a", "x", "y"), FILE, b"1" * 16)
    held.put(Broken("a", ()), FILE, b"2" * 16)
    held.seen("a", UNREAD)

    assert held.same("a", b"2" * 16)
    assert held.loses(read("a", "x"))
    assert not held.loses(read("a", "z", "y", "x"))


def test_a_file_with_one_resource_takes_some_hundred_bytes() -> None:
    held, count = Held(), 5000
    reads = [read(f"folder/{number}.yaml", "x") for number in range(count)]
    tracemalloc.start()
    try:
        for number, each in enumerate(reads):
            held.put(each, FILE._replace(inode=number), number.to_bytes(16))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 160 * count
