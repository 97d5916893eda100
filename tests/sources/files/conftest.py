"""A files source at work on a scratch folder."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Kinds
from pipeline.schema import BUILTIN_KINDS
from sources.files import FilesSource
from sources.settings import FilesSettings
from sources.source import Limits, SourceContext

CAPABILITIES, OF_FILES = 0x20080522, 0b110
"""The form in which Linux tells what a thread may do, and those that open files whatever their mode
(CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH); see capabilities(7) and capget(2)."""

Follow: TypeAlias = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the source."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def follow(root: Path, attend: Follow) -> Follow:
    """`async with follow() as follower`: the source runs, and its first batch was taken."""

    def run(
        *, path: Path | None = None, limits: Limits | None = None, wait: bool = True, **options: Any
    ) -> AbstractAsyncContextManager[Any]:
        settings = FilesSettings(name="team", path=path or root, **options)
        context = SourceContext(Kinds(BUILTIN_KINDS), limits or Limits())
        return attend(FilesSource(settings, context), wait=wait)

    return run


@pytest.fixture
def write(root: Path) -> Callable[..., Path]:
    """`write("a/b.yaml", text)`: put a file in place, as editors that write do."""

    def put(name: str, text: str | bytes) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return put


@pytest.fixture
def quiet(root: Path, manifest: Callable[..., str]) -> Callable[..., Any]:
    """Wait until a file put beside all others has arrived: what came before was noticed."""

    async def wait(follower: Any) -> None:
        probe, held = root / "probe.yaml", follower.held.get("probe.yaml")
        probe.write_text(manifest("probe", len(follower.batches)))
        await follower.until(lambda: follower.held.get("probe.yaml") not in (None, held))

    return wait


@pytest.fixture
def no_privileges() -> Iterator[None]:
    """Modes of files hold for us, and the threads that we start, as for anybody: for root, too."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("modes of files do not hold for root here; run it as another user")
    libc = ctypes.CDLL(None, use_errno=True)
    header, held = (ctypes.c_uint32 * 2)(CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0
    effective, *others = held
    assert libc.capset(header, (ctypes.c_uint32 * 6)(effective & ~OF_FILES, *others)) == 0
    yield
    assert libc.capset(header, held) == 0
