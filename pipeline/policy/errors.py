"""What is raised for policies and suppressions that make no environment."""

from collections.abc import Iterable

from pipeline.model import Diagnostic


class PolicyError(ValueError):
    """Policy or suppression settings cannot be used; every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(diagnostic.message for diagnostic in self.diagnostics))
