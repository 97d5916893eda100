"""Which revisions led to what: the facts that versions keep of them, and finding them again.

A version's cause names the newest revisions that led to it; a checkpoint ties every revision to the
version that embodies it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from galley.store.store import Store
from galley.store.values import Version
from pipeline.engine.inputs import SourceInputs
from pipeline.model import Key, Origin, Revision

REVISIONS_KEPT = 20
"""Revisions of which a version keeps the facts; of the others it keeps the names."""

VERSIONS_SEARCHED = 200
"""Versions whose causes are searched for the facts of a revision."""

CHANGES_SEARCHED = 20
"""Versions that changed a resource in which the revision that brought it is looked for."""

FACTS = ("id", "author", "time", "subject", "link", "signer")


def revision_json(revision: Revision) -> dict[str, Any]:
    """The map that `RevisionResult` describes."""
    return {name: getattr(revision, name) for name in FACTS}


def revisions_json(inputs: SourceInputs) -> dict[str, Any]:
    """What has come of a source since it was last embodied: the newest, and how many."""
    found = inputs.arrived or ((Revision(inputs.revision),) if inputs.revision else ())
    return {
        "revisions": [revision_json(revision) for revision in found[:REVISIONS_KEPT]],
        "revisions_total": len(found),
    }


def revisions_in(cause: Mapping[str, Any], source: str) -> Iterator[Revision]:
    """The revisions of a source that a version's cause names, newest first."""
    for item in cause.get("sources", ()):
        if item.get("source") == source:
            for facts in item.get("revisions", ()):
                yield Revision(**{name: facts[name] for name in FACTS if name in facts})


def arrived_json(sources: Iterable[SourceInputs]) -> dict[str, Any]:
    """What has come of several sources and is not live, as `DiffResult` has it."""
    found = [(inputs.name, one) for inputs in sources for one in inputs.arrived]
    return _several(found)


def led_from(store: Store, old: int, new: int) -> dict[str, Any]:
    """What led from one version to a later one, as `DiffResult` has it; as far as versions keep
    its facts."""
    limit = min(max(new - old, 0), VERSIONS_SEARCHED)
    versions = store.versions(before=new + 1, limit=limit) if limit else []
    return _several(
        (item["source"], one)
        for version in versions
        if version.number > old
        for item in version.cause.get("sources", ())
        for one in revisions_in(version.cause, item["source"])
    )


def brought_by(store: Store, key: Key, origin: Origin) -> tuple[int, Revision | None]:
    """The version from which on a key is live as it is, 0 if it is not, and the revision that
    brought it so: the one of its origin, or the newest of that version."""
    changes = store.changes_of(key, limit=CHANGES_SEARCHED)
    if not changes or changes[0][1] is None:
        return 0, None
    since, digest = changes[0]
    for number in (number for number, brought in changes if brought == digest):
        found = list(revisions_in(store.version(number).cause, origin.source))
        if found:
            same = (one for one in found if one.id == origin.revision)
            return since, next(same, found[0])
    return since, None


def _several(found: Iterable[tuple[str, Revision]]) -> dict[str, Any]:
    every = {(source, one.id): {"source": source, **revision_json(one)} for source, one in found}
    return {
        "revisions": list(every.values())[:REVISIONS_KEPT],
        "revisions_total": len(every),
    }


def embodied_since(store: Store, target: Version, source: str) -> tuple[Revision, ...]:
    """The revisions of a source that came after what it was at in a version, newest first."""
    since = target.revisions.get(source, "")
    found = [point.revision for point in store.checkpoints(source, since=since)]
    if not found:
        return ()
    versions = store.versions(limit=VERSIONS_SEARCHED)
    known = {one.id: one for version in versions for one in revisions_in(version.cause, source)}
    return tuple(known.get(name) or Revision(name) for name in found)
