"""Read text as a file of a source would be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from pipeline.model import Broken, Diagnostic, Kinds, Read
from pipeline.schema import BUILTIN_KINDS
from sources.manifests import Manifests
from sources.settings import FilesSettings
from sources.source import Limits, SourceContext

Decode: TypeAlias = Callable[..., Read | Broken]


@pytest.fixture
def decode() -> Decode:
    """`decode(text, strict=..., kinds=..., limits=...)`: what one file named `a.yaml` holds."""

    def run(
        text: str | bytes,
        *,
        kinds: Kinds | None = None,
        limits: Limits | None = None,
        **settings: Any,
    ) -> Read | Broken:
        data = text.encode() if isinstance(text, str) else text
        context = SourceContext(kinds or Kinds(BUILTIN_KINDS), limits or Limits())
        known = FilesSettings(name="team", path=Path("unused"), **settings)
        return Manifests(known, context).read("a.yaml", data)

    return run


@pytest.fixture
def fault(decode: Decode) -> Callable[..., Diagnostic]:
    """The one error of a text."""

    def run(text: str | bytes, **options: Any) -> Diagnostic:
        result = decode(text, **options)
        assert isinstance(result, Broken), result
        errors = [one for one in result.errors if one.blocking]
        assert len(errors) == 1, errors
        return errors[0]

    return run
