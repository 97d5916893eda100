"""Fields of old policies. They were read as protobuf's JSON, which knows two spellings of each."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model import Path
from pipeline.transform.authentication.errors import NotCarriedOverError

_CAPITAL = re.compile(r"(?=[A-Z])")


def said(held: Mapping[str, Any], name: str) -> Any:
    """What is at `jwksUri`, which may also be written `jwks_uri`; None if neither is there."""
    return held.get(name, held.get(_CAPITAL.sub("_", name).lower()))


def maps(
    held: Mapping[str, Any], name: str, path: Path
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each map of a list with its place.

    Raises:
        NotCarriedOverError: it is no list of maps.
    """
    items = said(held, name)
    if items is None:
        return
    for at, item in enumerate(items if isinstance(items, list) else [items]):
        if not (isinstance(items, list) and isinstance(item, Mapping)):
            raise NotCarriedOverError((*path, name), "it is no list of maps")
        yield (*path, name, at), item


def texts(held: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a list; what is no text is left out."""
    items = said(held, name)
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []
