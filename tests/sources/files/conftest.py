"""A files source at work on a scratch folder."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Kinds
from pipeline.schema import BUILTIN_KINDS
from sources.files import FilesSource
from sources.settings import FilesSettings
from sources.source import Limits, SourceContext

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
