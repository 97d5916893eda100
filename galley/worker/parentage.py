"""What a derived resource is made of: its parents, each with the place that it comes from."""

from typing import Any

from galley.worker.channel import Channel
from galley.worker.places import origin_json
from pipeline.model import Key

SHOWN = 20
"""Parents that an answer lists; a certificate may serve the Ingresses of a thousand teams."""


def parents_json(channel: Channel, key: Key, roots: tuple[Key, ...]) -> dict[str, Any]:
    """`parents` and `parents_total` as `ResourceResult` and `TraceResult` have them, of a resource
    with these roots; none for one that is its own input."""
    parents = () if roots == (key,) else roots
    return {
        "parents": [_parent(channel, parent) for parent in parents[:SHOWN]],
        "parents_total": len(parents),
    }


def _parent(channel: Channel, key: Key) -> dict[str, Any]:
    held = channel.ledger.accepted(key)
    return {"resource": str(key), **origin_json(held.origin if held else None, channel.sources)}
