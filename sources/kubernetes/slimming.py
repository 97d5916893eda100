"""What of an object is not taken in: what the cluster keeps for itself.

Everything is dropped as soon as an object is parsed, before anything else looks at it. The data of
a Secret goes when it is decoded (`sources.manifests.documents`); the copy of the object that
`kubectl apply` leaves in an annotation goes here.
"""

from typing import Any, TypeAlias

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_CHURN = frozenset(
    {
        _LAST_APPLIED,
        "control-plane.alpha.kubernetes.io/leader",
        "endpoints.kubernetes.io/last-change-trigger-time",
    }
)
"""Annotations that a cluster's own programs write, again and again."""

USUAL_STATUS: dict[str, tuple[str, ...]] = {
    "core/Pod": (
        "phase",
        "podIP",
        "podIPs",
        "hostIP",
        "conditions.*.type",
        "conditions.*.status",
        "conditions.*.reason",
        "containerStatuses.*.name",
        "containerStatuses.*.image",
        "containerStatuses.*.imageID",
        "containerStatuses.*.ready",
    ),
    "core/Node": ("addresses", "conditions.*.type", "conditions.*.status", "conditions.*.reason"),
}
"""Fields of the status that are kept of a kind whose entry says nothing."""

_Tree: TypeAlias = dict[str, Any]


class Slimming:
    """What of the objects of one kind is taken in."""

    def __init__(self, collection: str, status: tuple[str, ...] | None = None) -> None:
        kept = USUAL_STATUS.get(collection, ()) if status is None else status
        self._status = _tree(kept)
        self.keeps_status = bool(kept)

    def slim(self, item: dict[str, Any]) -> None:
        """Drop from an object, in place, what is not taken in."""
        metadata = item.get("metadata")
        if isinstance(metadata, dict):
            metadata.pop("managedFields", None)
            _drop_churn(metadata)
        status = item.pop("status", None)
        if self.keeps_status and (kept := _pick(status, self._status)):
            item["status"] = kept


def _drop_churn(metadata: dict[str, Any]) -> None:
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict) and not _CHURN.isdisjoint(annotations):
        metadata["annotations"] = {
            name: text for name, text in annotations.items() if name not in _CHURN
        }


def _tree(paths: tuple[str, ...]) -> _Tree:
    """Paths as maps within each other; an empty map stands for all that is below it."""
    root: _Tree = {}
    for path in sorted(paths, key=len, reverse=True):
        at = root
        *parents, last = path.split(".")
        for step in parents:
            at = at.setdefault(step, {})
        at[last] = {}
    return root


def _pick(value: Any, wanted: _Tree) -> Any:
    """The part of a value that is wanted; None where there is none."""
    if not wanted:
        return value
    if isinstance(value, list):
        below = wanted.get("*")
        return None if below is None else [_pick(item, below) for item in value]
    if not isinstance(value, dict):
        return None
    names = value.keys() if "*" in wanted else wanted.keys() & value.keys()
    any_name: _Tree = wanted.get("*", {})
    picked = {name: _pick(value[name], wanted.get(name, any_name)) for name in names}
    return {name: part for name, part in picked.items() if part is not None} or None
