"""A list, page by page: the next page is fetched while the one before is read.

All pages show the objects as they were at one resourceVersion. A list counts only when its last
page has come: nothing is concluded from a part.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from sources.kubernetes.access import Access
from sources.kubernetes.selectors import Query


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a list."""

    items: list[dict[str, Any]]
    version: str
    """The resourceVersion of the whole list."""
    next: str
    """What asks for the page after; empty after the last."""

    def taken(self) -> Iterator[dict[str, Any]]:
        """The objects in order, each let go of before the next: all that they are made of would
        otherwise stay until the last, for the collector to visit, beside the next page."""
        self.items.reverse()
        while self.items:
            yield self.items.pop()


async def pages(access: Access, path: str, query: Query, size: int) -> AsyncGenerator[Page, None]:
    """All pages of a list.

    Raises:
        AnsweredError: the API server refuses; 410 if a page is no longer there.
        UnreachableError: it cannot be reached.
    """
    fetching = _fetch(access, path, query, size, "")
    try:
        while True:
            page = await fetching
            if page.next:
                fetching = _fetch(access, path, query, size, page.next)
            yield page
            if not page.next:
                return
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


def _fetch(access: Access, path: str, query: Query, size: int, token: str) -> "asyncio.Task[Page]":
    asked = (*query, ("limit", str(size)), *((("continue", token),) if token else ()))
    return asyncio.create_task(_page(access, path, asked), name=f"page of {path}")


async def _page(access: Access, path: str, query: Query) -> Page:
    said = await access.json(path, query)
    metadata = said.get("metadata") or {}
    return Page(
        said.get("items") or [],
        str(metadata.get("resourceVersion", "")),
        str(metadata.get("continue") or ""),
    )
