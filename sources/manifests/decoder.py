"""A whole file: all of its resources, or everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pipeline.model import (
    Broken,
    Diagnostic,
    Key,
    Level,
    Located,
    Origin,
    Path,
    Place,
    Read,
    Resource,
)
from pipeline.model.messages import reading, structure
from sources.manifests import jsontext, text, yamltext
from sources.manifests.documents import Documents, kind_of
from sources.manifests.parsed import FaultError, Parsed, placed
from sources.manifests.types import Types
from sources.settings import SourceSettings
from sources.source import SourceContext


class Manifests:
    """Reads the files of one source."""

    def __init__(self, settings: SourceSettings, context: SourceContext) -> None:
        self._source = settings.name
        self._strict = settings.strict
        self._limits = context.limits
        types = Types(context.kinds)
        self._documents = Documents(types, context.limits, settings.default_namespace)

    def read(self, locator: str, data: bytes, revision: str = "") -> Read | Broken:
        """All resources of a file; `Broken` with every error found if there is one.

        Empty documents are skipped without a word, those with neither apiVersion nor kind with an
        info that counts them.
        """
        file = _File()
        return self._whole(locator, file, self._parse(data, file.found), revision)

    def take(self, locator: str, documents: Iterable[Parsed], revision: str = "") -> Read | Broken:
        """The same of documents that are parsed already: parts of another text."""
        return self._whole(locator, _File(), documents, revision)

    def too_large(self, locator: str, size: int) -> Broken:
        """The refusal of a file by its size alone, so that it need not be read."""
        report = reading.FILE_TOO_LARGE.report(size=size, limit=self._limits.file_bytes)
        return Broken(locator, (report.at(self._source, locator),))

    def locate(self, data: bytes, origin: Origin, path: Path) -> Place | None:
        """Where a field of the resource with this origin is; None if no document begins there.

        Where several begin on one line (JSON without line breaks) only the line is known.
        """
        try:
            parsed = self._parse(data, [])
            items = [item for whole in parsed for item in _items(whole)]
        except FaultError:
            return None
        here = [item for item in items if item.line == origin.line]
        if not here:
            return None
        if len(here) > 1:
            return Place(origin.line, 1)
        return here[0].locate(self._documents.written(here[0].value, path))

    def _whole(
        self, locator: str, file: "_File", documents: Iterable[Parsed], revision: str
    ) -> Read | Broken:
        try:
            self._gather(documents, file)
        except FaultError as fault:
            file.found.append(fault.diagnostic)
        file.count_skipped(self._strict)
        found = tuple(replace(one, source=self._source, locator=locator) for one in file.found)
        if any(one.blocking for one in found):
            return Broken(locator, found)
        resources = tuple(
            Located(resource, Origin(self._source, revision, locator, line))
            for resource, line in file.resources.values()
        )
        return Read(locator, resources, found)

    def _gather(self, documents: Iterable[Parsed], file: "_File") -> None:
        for count, whole in enumerate(documents, 1):
            if count > self._limits.documents:
                report = reading.TOO_MANY_DOCUMENTS.report(limit=self._limits.documents)
                raise FaultError(placed(report, whole.locate(())))
            for document in _items(whole):
                self._take(document, file)

    def _parse(self, data: bytes, found: list[Diagnostic]) -> Iterator[Parsed]:
        """Documents of YAML or JSON; as kubectl does, by the first character and not by name."""
        manifest = text.decode(data)
        if manifest.lstrip()[:1] != "{":
            yield from yamltext.load(manifest, self._limits, found)
            return
        trial: list[Diagnostic] = []
        try:
            documents = list(jsontext.load(manifest, self._limits, trial))
        except FaultError as fault:
            yield from self._flow(manifest, found, fault)
        else:
            found.extend(trial)
            yield from documents

    def _flow(self, manifest: str, found: list[Diagnostic], fault: FaultError) -> list[Parsed]:
        """What is no JSON may be YAML that begins with a flow map; if neither, JSON was meant."""
        if fault.diagnostic.code != reading.SYNTAX.code:
            raise fault
        trial: list[Diagnostic] = []
        try:
            documents = list(yamltext.load(manifest, self._limits, trial))
        except FaultError as other:
            raise (fault if other.diagnostic.code == reading.SYNTAX.code else other) from other
        found.extend(trial)
        return documents

    def _take(self, document: Parsed, file: "_File") -> None:
        fields = document.value
        if not isinstance(fields, dict):
            report = structure.NOT_A_MAP.report(kind=kind_of(fields))
            file.found.append(placed(report, document.locate(())))
        elif fields.get("apiVersion") is None and fields.get("kind") is None:
            file.skipped.append(document.locate(()))
        else:
            resource = self._documents.resource(document, file.found)
            if resource is not None:
                file.put(resource, document)


@dataclass(slots=True)
class _File:
    """What was gathered of a file so far."""

    resources: dict[Key, tuple[Resource, int]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    skipped: list[Place] = field(default_factory=list)

    def put(self, resource: Resource, document: Parsed) -> None:
        key = resource.key
        if key in self.resources:
            line = self.resources[key][1]
            path = ("metadata", "name")
            report = structure.CLAIMED_TWICE.report(key=key, path=path, resource=key, line=line)
            self.found.append(placed(report, document.locate(path)))
            return
        self.resources[key] = (resource, document.line)

    def count_skipped(self, strict: bool) -> None:
        """Report the documents that are no resources: one diagnostic for all of them."""
        if not self.skipped:
            return
        one = len(self.skipped) == 1
        report = structure.NO_TYPE.report(
            level=Level.ERROR if strict else Level.INFO,
            count=len(self.skipped),
            documents="document" if one else "documents",
            were="was" if one else "were",
        )
        self.found.append(placed(report, self.skipped[0]))


def _items(document: Parsed) -> list[Parsed]:
    """The resources of a List, each by itself; any other document is its only item."""
    fields = document.value
    if not isinstance(fields, dict):
        return [document]
    kind, items = fields.get("kind"), fields.get("items")
    if not isinstance(kind, str) or not kind.endswith("List"):
        return [document]
    if items is None and kind == "List":
        return []
    if not isinstance(items, list):
        return [document]
    return [
        document.item(_typed(item, fields, kind), "items", index)
        for index, item in enumerate(items)
    ]


def _typed(item: object, fields: dict[str, object], kind: str) -> object:
    """An item of a `ServiceList` may leave out that it is a Service."""
    if kind == "List" or not isinstance(item, dict) or "kind" in item or "apiVersion" in item:
        return item
    return {**item, "kind": kind.removesuffix("List"), "apiVersion": fields.get("apiVersion")}
