"""What the log says of the sources: when something is wrong with one, and when it is over.

A source that cannot be read is named, and so is what is kept back of it. That one was read and
holds nothing is not wrong, but mostly a mistake.
"""

import logging

from galley.worker.channel import Channel
from galley.worker.definitions import Definitions
from pipeline.engine.candidate import Refusal
from pipeline.model import Diagnostic
from sources.settings import AnySource, FolderSettings

log = logging.getLogger("galley.sources")


class Complaints:
    """Tells each once, however often the source tries again."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told: dict[str, str] = {}
        """What was told last, by source."""

    def look(self) -> None:
        """Tell what is new."""
        settings = self._channel.settings
        for source in (*settings.sources, *settings.schema_sources):
            text = self._of(source)
            if text == self._told.get(source.name, ""):
                continue
            self._told[source.name] = text
            if text:
                log.warning("Source %s %s", source.name, text)
            else:
                log.info("Source %s has no problem any more.", source.name)

    def _of(self, source: AnySource) -> str:
        """What there is to say of a source; empty where all is well."""
        if problem := self._channel.problem_of(source.name):
            return f"has a problem, {_told(problem)}"
        if definitions := self._channel.definitions.get(source.name):
            return _of_definitions(definitions)
        if kept := self._kept_back(source.name):
            more = f" (and {len(kept) - 1} more)" if len(kept) > 1 else ""
            found = kept[0].diagnostics
            why = f": {found[0].locator or kept[0].unit}: {_told(found[0])}" if found else "."
            return f"is not published whole{why}{more}"
        inputs = self._channel.ledger.sources.get(source.name)
        if inputs is None or not inputs.synced or inputs.accepted or inputs.pending:
            return ""
        wanted = ", ".join(source.include) if isinstance(source, FolderSettings) else ""
        return f"was read and holds nothing{f', no {wanted}' if wanted else ''}."

    def _kept_back(self, source: str) -> list[Refusal]:
        """The change units that the last verdict refused."""
        verdict = self._channel.verdict
        return [each for each in verdict.refused if each.unit.source == source] if verdict else []


def _of_definitions(definitions: Definitions) -> str:
    if broken := tuple(definitions.broken()):
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        where = broken[0].locator or definitions.inputs.revision
        return f"is not taken over whole: {where}: {_told(broken[0])}{more}"
    empty = definitions.inputs.synced and not definitions.inputs.accepted
    return "was read and holds no CustomResourceDefinition." if empty else ""


def _told(found: Diagnostic) -> str:
    return f"{found.code}: {found.message}"
