"""Versions: the history, one version, and what changed between two."""

from typing import Any, Literal

from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import DiffResult, HistoryResult, VersionResult
from galley.server.api.routing import Ask, Call, Nothing, Route
from galley.server.backend import BackendError
from galley.server.problems import refuse


class HistoryAsk(Ask):
    """Which part of the history."""

    before: int = Field(default=0, ge=0)
    """Versions below this number; 0 starts at the live one."""
    limit: int = Field(default=50, ge=1, le=1000)
    candidates: bool = True
    """Whether to tell the candidates that did not become a version too."""
    refusals: bool = False
    """Whether to tell what subscribers said who refused the versions: the first 20 of them."""


class DiffAsk(Ask):
    """Which two versions."""

    old: int = Field(default=0, ge=0)
    """0: the one before `new`."""
    new: int | Literal["pending"] = 0
    """0: the live one; `pending`: what the sources say now."""
    limit: int = Field(default=1000, ge=1, le=10_000)
    """Resources in the answer; the counts are always of all."""


async def history(call: Call, asked: HistoryAsk) -> Any:
    """Versions, newest first, and candidates that did not become one."""
    return await call.ask(Method.HISTORY, asked.model_dump())


async def version(call: Call, _: Nothing) -> Any:
    """One version, and what subscribers said who refused it."""
    return await find_version(call, number(call), refusals=True)


async def diff(call: Call, asked: DiffAsk) -> Any:
    """What changed between two versions."""
    return await call.ask(Method.DIFF, asked.model_dump())


def number(call: Call) -> int:
    """The version number in the path."""
    text = call.part("version")
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise refuse("usage", f"{text[:40]!r} is not a version number.")
    return int(text)


async def find_version(call: Call, wanted: int, *, refusals: bool = False) -> dict[str, Any]:
    """One version of the history; 0 is the live one.

    Raises:
        BackendError: not-found.
    """
    params = {"before": wanted + 1 if wanted else 0, "limit": 1, "candidates": False}
    params["refusals"] = refusals
    found: list[dict[str, Any]] = (await call.ask(Method.HISTORY, params))["versions"]
    if not found:
        raise _gone(wanted)
    if wanted and found[0]["version"] != wanted:
        raise _gone(wanted)
    return found[0]


def _gone(wanted: int) -> BackendError:
    if not wanted:
        return refuse("not-found", "Nothing has been published yet.")
    return refuse("not-found", f"Version {wanted} is not in the history, or not any more.")


BASE = "/channels/{channel}"

ROUTES = (
    Route(
        "GET",
        BASE + "/history",
        "read",
        history,
        HistoryResult,
        takes=HistoryAsk,
    ),
    Route("GET", BASE + "/versions/{version}", "read", version, VersionResult),
    Route(
        "GET",
        BASE + "/diff",
        "read",
        diff,
        DiffResult,
        takes=DiffAsk,
    ),
)
