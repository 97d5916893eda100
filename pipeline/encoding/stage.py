"""The last stage: every resource has a form, of bearable size, on every wire that carries it."""

from collections.abc import Sequence

from pipeline.encoding.builtin import WIRES
from pipeline.encoding.wire import UncarriableError, Wire
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import encoding as messages
from pipeline.stage import Index, Outcome, Reader


class EncodingStage:
    """Reports what cannot be sent; passes every resource on as it is."""

    name = "encoding"
    only_judges = True
    collections: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()

    def __init__(self, *, limit: int, wires: Sequence[Wire] = ()) -> None:
        """Prepare for Galley's own wires and these; `limit`: bytes that an encoded one may take."""
        self._limit = limit
        self._wires = (*WIRES, *wires)

    def handles(self, collection: str) -> bool:
        return any(wire.carries(collection) for wire in self._wires)

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002  # reads nothing
        found: list[Diagnostic] = []
        for wire in self._wires:
            if wire.carries(resource.key.collection):
                found += self._problems(wire, resource, document)
        return Outcome((resource,), tuple(found))

    def _problems(
        self, wire: Wire, resource: Resource, document: Document
    ) -> tuple[Diagnostic, ...]:
        try:
            size = len(wire.encode(resource, document))
        except UncarriableError as error:
            return error.diagnostics
        if size <= self._limit:
            return ()
        report = messages.TOO_LARGE.report(
            key=resource.key, wire=wire.name, size=size, limit=self._limit
        )
        return (report,)
