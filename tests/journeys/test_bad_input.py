"""YAML beyond each limit, through the running service: a clear word, and everything stands."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: worse}\ndata:\n"
MIB = 1024 * 1024


def laughs() -> str:
    lines = ["  l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    return HEAD + "\n".join(lines) + "\n"


def deep(depth: int) -> str:
    return HEAD + "  x: " + "[" * depth + "]" * depth + "\n"


def blocks(depth: int) -> str:
    """Depth by indentation, as far as a file may go."""
    return HEAD + "  x:\n" + "".join(f"{' ' * (n + 3)}k:\n" for n in range(depth))


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * MIB)


BAD: dict[str, str | bytes] = {
    "bomb": laughs(),
    "depth 101": deep(101),
    "depth 10,000": deep(10_000),
    "depth 100,000": deep(100_000),
    "indented 3,000 deep": blocks(3_000),
    "resource of 2 MB": HEAD + f"  x: {'y' * 2 * MIB}\n",
    "file over 16 MiB": (HEAD + "  x: 1\n---\n") * (17 * MIB // 50),
    "10,001 documents": "".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: n{n}}}\n---\n" for n in range(10_001)
    ),
    "not UTF-8": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \xff\xfe}\n",
    "NUL": b"\x00" * 1000,
    "duplicate key": HEAD + "  x: 1\n  x: 2\n",
    "JSON, deep": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "w"}, "data": '
    + "[" * 100_000
    + "]" * 100_000
    + "}",
}


@pytest.mark.timeout(300)
async def test_input_beyond_every_limit_is_named_and_touches_nothing_else(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G10: each bad file keeps what it held, is shown with its name; the worker stays the same."""
    workers = service.workers()
    names = {f"bad-{n}.yaml": what for n, what in enumerate(BAD)}
    for name in names:
        service.write(name, text_of(name.removesuffix(".yaml"), x="good"))
    before = (await held(service, wait_until, set(names)))["version"]
    for name, what in names.items():
        text = BAD[what]
        service.write(name, text)
    sparse(service.config / "huge.yaml")

    async def all_shown() -> bool:
        found = await service.get("/diagnostics", level="error")
        shown = {Path(item["file"]).name for item in found}
        return shown >= {*names, "huge.yaml"}

    await wait_until(all_shown, within=120)
    found = await service.get("/diagnostics", level="error")
    assert all(item["code"].startswith("GAL0") and item["message"] for item in found)
    assert not any("Traceback" in item["message"] for item in found)
    assert await service.version() == before
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(before + 1)
    assert (await held(service, wait_until, set(names)))["version"] == before + 1
    assert service.workers() == workers
    for name in names:
        service.write(name, text_of(name.removesuffix(".yaml"), x="mended"))
    (service.config / "huge.yaml").unlink()

    async def mended() -> bool:
        return not await service.get("/diagnostics", level="error")

    await wait_until(mended, within=60)


async def held(service: Any, wait_until: Wait, names: set[str]) -> Any:
    """Wait until all these files' resources are live; the channel then."""
    wanted = {name.removesuffix(".yaml") for name in names} | {"a", "b"}

    async def there() -> bool:
        return bool(await service.names() == wanted)

    await wait_until(there)
    return await service.get("")


async def test_a_folder_that_holds_nothing_is_said_so(
    make_service: Callable[..., Any], text_of: Text, wait_until: Wait
) -> None:
    """An empty folder is served, and is mostly a mistake."""
    service = make_service(sources=[{"name": "new", "type": "files", "path": "new"}])
    (service.folder / "new").mkdir()
    await service.start()
    await wait_until(lambda: "Source new was read and holds nothing" in service.log)
    (service.folder / "new" / "a.yaml").write_text(text_of("a", x="1"))
    await wait_until(lambda: "Source new has no problem any more." in service.log)
    assert service.log.count("was read and holds nothing") == 1
