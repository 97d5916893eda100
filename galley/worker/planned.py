"""Other inputs for one source, as they were sent: the batch that they make, and places in them."""

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from pipeline.model import Batch, Broken, Change, Diagnostic, Level, Origin, Path, Place
from sources.manifests import Manifests
from sources.settings import SourceSettings
from sources.source import SourceContext


class Planned:
    """Files that stand for everything a source says."""

    def __init__(
        self,
        settings: SourceSettings,
        context: SourceContext,
        files: Iterable[Mapping[str, Any]],
    ) -> None:
        """`files` are the maps that `PlanFile` describes."""
        self._source = settings.name
        self._limit = context.limits.file_bytes
        self._manifests = Manifests(settings, context)
        self._errors = {str(each["name"]): each["errors"] for each in files if each.get("errors")}
        self._data = {
            str(each["name"]): each.get("data") or str(each.get("text", "")).encode()
            for each in files
        }

    def read(self) -> Generator[None, None, Batch]:
        """The batch, in slices: one file each."""
        changes: list[Change] = []
        for locator, data in self._data.items():
            changes.append(self._change(locator, data))
            yield
        return Batch(self._source, tuple(changes), complete=True)

    def locate(self, origin: Origin, path: Path) -> Place | None:
        """Where a field is in the text that was sent."""
        data = self._data.get(origin.locator)
        return self._manifests.locate(data, origin, path) if data is not None else None

    def _change(self, locator: str, data: bytes) -> Change:
        if errors := self._errors.get(locator):
            return Broken(locator, tuple(self._error(locator, each) for each in errors))
        if len(data) > self._limit:
            return self._manifests.too_large(locator, len(data))
        return self._manifests.read(locator, data)

    def _error(self, locator: str, said: Mapping[str, Any]) -> Diagnostic:
        found = Diagnostic(str(said["code"]), Level.ERROR, str(said["message"]))
        return found.at(self._source, locator, int(said["line"]), int(said["column"]))
