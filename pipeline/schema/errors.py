"""What `pipeline.schema.build` raises: schemas that make no environment."""

from collections.abc import Iterable

from pipeline.model import Diagnostic


class SchemaError(ValueError):
    """Schemas cannot be used; every reason is a diagnostic that names its locator."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(diagnostic.message for diagnostic in self.diagnostics))
