"""Which writes concern a source: its kinds, its namespaces, its selectors, less what is spared.

The webhook's configuration in the cluster says the same as far as it can; whoever wrote that, no
write is judged that the channel would never hear of, or that the cluster needs to go on.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from galley.judge.review import Review
from pipeline.kinds import NAMESPACE
from pipeline.model import Kinds
from pipeline.selector import Selector
from sources.settings import AdmissionSettings, KindEntry, KubernetesSettings

_JUDGED = ("CREATE", "UPDATE")


class Scope:
    """What of a cluster's writes concerns one source."""

    def __init__(
        self, settings: KubernetesSettings, admission: AdmissionSettings, kinds: Kinds
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._kinds = kinds

    def entry(self, review: Review) -> KindEntry | None:
        """Why the source reads the object; None: the write is none of its business."""
        if review.operation not in _JUDGED or review.subresource or review.is_being_deleted:
            return None
        if not self._is_asked_about(review) or not self._namespace_is_ours(review):
            return None
        entries = list(self._entries(review))
        if entries and all(self._selects(each, review) for each in entries):
            return entries[0]
        return None

    def _is_asked_about(self, review: Review) -> bool:
        kind = self._kinds.get(review.collection)
        observed = kind is not None and kind.observed
        return not observed and self._admission.asks_about(review.collection)

    def _namespace_is_ours(self, review: Review) -> bool:
        name, admission = _namespace(review), self._admission
        if not name:
            return True
        if name in admission.spared:
            return False
        if review.collection == NAMESPACE:
            return True
        read, asked = self._settings.namespaces, admission.namespaces
        return ("*" in read or name in read) and (not asked or name in asked)

    def _entries(self, review: Review) -> Iterator[KindEntry]:
        """Those of which one counts for the kind: the first, if it is known to name it."""
        for entry in self._settings.kinds:
            if _names(entry, review):
                yield entry
                if not entry.crds:
                    return

    def _selects(self, entry: KindEntry, review: Review) -> bool:
        """What is no longer selected is gone for the channel, and a deletion is always let on."""
        return _selects(entry, self._settings.labels, review.object or {})


def _names(entry: KindEntry, review: Review) -> bool:
    if entry.crds:  # which CRDs have the labels is what the webhook's rules say
        return bool(review.group)
    return review.collection == entry.kind or _group(review) == entry.group


def _group(review: Review) -> str:
    return review.group or "core"


def _namespace(review: Review) -> str:
    """Where the object is, or the namespace that it is."""
    if review.collection == NAMESPACE and review.object:
        return str(review.object["metadata"].get("name", ""))
    return review.namespace


def _selects(entry: KindEntry, of_source: str, state: dict[str, Any]) -> bool:
    metadata = state.get("metadata") or {}
    labels = metadata.get("labels") or {}
    texts = filter(None, (of_source, entry.labels))
    return all(Selector.parse(text).matches(labels) for text in texts) and all(
        (_field(state, path) == value) is wanted for path, value, wanted in _fields(entry.fields)
    )


def _fields(selector: str) -> Iterable[tuple[str, str, bool]]:
    """`metadata.name=a,spec.x!=b` as path, value, and whether it is to be equal."""
    for part in filter(None, selector.split(",")):
        path, _, value = part.partition("=")
        wanted = not path.endswith("!")
        yield path.rstrip("!").strip(), value.removeprefix("=").strip(), wanted


def _field(state: dict[str, Any], path: str) -> str:
    """A field as a field selector compares it: as text, empty where there is none."""
    value: Any = state
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
