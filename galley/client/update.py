"""One consistent change of a view, as the application gets it."""

from collections.abc import Mapping
from typing import Literal

from galley.client.errors import Refused
from galley.client.mirror import Draft, Mirror, Overlay
from pipeline.model import Key, Resource


class Update:
    """What changed, and what there is once it is applied.

    It counts as accepted as soon as the next one is asked for; `refuse` it before if it is not.
    """

    def __init__(self, mirror: Mirror, draft: Draft | None, *, first: bool, stale: bool) -> None:
        note = draft.note if draft else None
        self.lineage = note.lineage if note else mirror.lineage
        self.version = note.number if note else mirror.version
        self.kind = note.kind if note else ""
        """publish, rollback, environment or restore; empty if it is not from the server."""
        self.author = note.author if note else ""
        self.reason = note.reason if note else ""
        self.time = note.time if note else 0.0
        """When the version was published, seconds since the epoch."""
        self.resources: Mapping[Key, Resource] = (
            Overlay(mirror.resources, draft) if draft else mirror.resources
        )
        """Everything in the view once this is applied."""
        self.complete = first or (draft is not None and draft.whole)
        """Whether `upserts` is everything: forget what you had. So is a program's first update."""
        self.upserts: Mapping[Key, Resource] = self._upserts(draft)
        """Resources that are new or different."""
        self.removals = frozenset(draft.removals) if draft and not self.complete else frozenset()
        """Keys that are gone."""
        self.stale = stale
        """Whether the server has been silent for longer than agreed: this is the last good."""
        self.draft = draft
        self.refusal: Refused | None = None

    def refuse(
        self,
        reason: str,
        *,
        kind: Literal["invalid", "retry"] = "invalid",
        resources: Mapping[Key, str] | None = None,
    ) -> None:
        """Do not accept it: the mirror stays as it was and the server is told why."""
        self.refusal = Refused(reason, kind=kind, resources=resources)

    def _upserts(self, draft: Draft | None) -> Mapping[Key, Resource]:
        if self.complete:
            return self.resources
        return draft.upserts if draft else {}

    def __repr__(self) -> str:
        marks = [mark for mark in ("complete", "stale") if getattr(self, mark)]
        changes = f"{len(self.upserts)} upserts, {len(self.removals)} removals"
        return f"<Update to version {self.version}: {', '.join([changes, *marks])}>"
