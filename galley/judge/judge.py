"""What a channel would say of one object, by itself: schemas and rules on the object alone.

What else is in the channel is not looked at here: the worker is asked about that, if there is time.
"""

import time
from collections.abc import Iterator

from galley.judge.review import Review
from galley.judge.scope import Scope
from galley.plugins import build_environment
from galley.protocol.control import FindingNote, Opinion
from galley.settings import ChannelSettings
from pipeline.analysis.day import date_of
from pipeline.engine.alone import Alone
from pipeline.environment import EnvironmentSpec
from pipeline.model import Broken, Diagnostic, Read
from pipeline.model.messages.schema import UNKNOWN_FIELD
from sources.kubernetes.decoding import Decoder
from sources.kubernetes.kinds import Chosen, Served
from sources.settings import KindEntry, KubernetesSettings
from sources.source import SourceContext


class Judge:
    """Judges writes to the clusters of one channel's sources."""

    def __init__(self, settings: ChannelSettings, content: bytes) -> None:
        """Build the environment from its content.

        Raises:
            ValueError: it is not the content of an environment, or cannot be built here.
        """
        spec = EnvironmentSpec.from_content(content)
        environment = build_environment(spec, now=time.time())
        self._alone, self._day = Alone(environment), environment.day
        self._context = SourceContext(environment.kinds, settings.limits)
        self._sources = {
            source.name: (source, Scope(source, source.admission, environment.kinds))
            for source in settings.sources
            if isinstance(source, KubernetesSettings) and source.admission
        }

    def opinion(self, source: str, review: Review) -> Opinion:
        """What is said of a write to the cluster of a source."""
        settings, scope = self._sources[source]
        entry = scope.entry(review)
        if entry is None or review.object is None:
            return Opinion(review.uid, review.dry_run, [])
        decoder = Decoder(settings, self._context, _chosen(review, entry))
        new = decoder.change(review.object)
        old = decoder.change(review.old) if review.old else None
        if isinstance(new, Broken):
            return Opinion(review.uid, review.dry_run, list(_unreadable(new, old)))
        self._day.move(date_of(time.time()))
        (after,), before = new.resources, old.resources[0] if isinstance(old, Read) else None
        judged = self._alone.judge(after, before)
        key, others = after.resource.key, (*new.notes, *judged.remarks)
        known = not isinstance(old, Broken)  # else it may all have been so before
        notes = [
            FindingNote.of(each, key, new=known and _counts(each, review))
            for each in judged.refusals
        ]
        notes += (FindingNote.of(each, key, new=False) for each in others)
        return Opinion(review.uid, review.dry_run, notes, new.locator, after.resource.content)


def _counts(found: Diagnostic, review: Review) -> bool:
    """Whether a finding may refuse a write. Fields that only the version knows in which it was
    written are still there, and are left out by the cluster before anybody reads the object."""
    return not (review.converted and found.code == UNKNOWN_FIELD.code)


def _unreadable(new: Broken, old: Read | Broken | None) -> Iterator[FindingNote]:
    """Why an object cannot be taken in; what was so before is no reason to refuse a change."""
    before = {each.identity for each in old.errors} if isinstance(old, Broken) else set()
    for each in new.errors:
        yield FindingNote.of(each, None, new=each.identity not in before)


def _chosen(review: Review, entry: KindEntry) -> Chosen:
    """The kind at the version that the object is in."""
    namespaced = bool((review.object or {})["metadata"].get("namespace"))
    served = Served(review.group, review.kind, review.plural, namespaced, (review.version,))
    return Chosen(served, review.version, entry)
