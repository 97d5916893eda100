"""What goes wrong with transforms.

TransformError              settings that cannot be used; carries diagnostics
TransformRefusedError       one transform does not fit one resource; carries diagnostics
PatchFailedError            one patch does not fit one document; says which step and why
"""

from collections.abc import Iterable

from pipeline.model import Diagnostic


class TransformError(ValueError):
    """Transform settings cannot be used; every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(diagnostic.message for diagnostic in self.diagnostics))


class TransformRefusedError(ValueError):
    """A transform cannot be applied to one resource."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = diagnostics
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))


class PatchFailedError(ValueError):
    """A patch does not fit a document; the text says which step and why."""
