"""Where an object is, and who changed it last, as far as its cluster knows."""

from typing import Any

from pipeline.model import Origin

_NAMED = 3
"""Changes that a batch's cause names; of the others it says how many there are."""


def origin(source: str, locator: str, metadata: dict[str, Any]) -> Origin:
    """The origin of an object; its revision is the resourceVersion."""
    return Origin(
        source,
        str(metadata.get("resourceVersion", "")),
        locator,
        uid=str(metadata.get("uid", "")),
        generation=int(metadata.get("generation") or 0),
    )


def author(item: dict[str, Any]) -> str:
    """The program or person behind the last change of an object's configuration; empty if its
    managedFields do not tell. A change of the status alone is none."""
    fields = (item.get("metadata") or {}).get("managedFields") or ()
    told = [each for each in fields if each.get("subresource") != "status"]
    last = max(told, key=lambda each: each.get("time") or "", default=None)
    return str(last.get("manager", "")) if last else ""


def deed(item: dict[str, Any], locator: str, *, created: bool) -> str:
    """What has happened to an object, in some words."""
    metadata = item.get("metadata") or {}
    what = "created" if created else "changed"
    generation = metadata.get("generation")
    state = f" (generation {generation})" if generation and not created else ""
    who = author(item)
    return f"{who} {what} {locator}{state}" if who else f"{what} {locator}{state}"


def cause(deeds: list[str]) -> str:
    """What a batch brings, in one line."""
    said = ", ".join(deeds[-_NAMED:])
    more = len(deeds) - _NAMED
    return f"{said} and {more} more" if more > 0 else said
