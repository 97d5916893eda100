"""What is raised for policies and suppressions that make no environment.

PolicyError                 settings that cannot be used; carries diagnostics
ExpressionError             one CEL expression that does not compile
"""

from collections.abc import Iterable

from pipeline.model import Diagnostic


class PolicyError(ValueError):
    """Policy or suppression settings cannot be used; every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(diagnostic.message for diagnostic in self.diagnostics))


class ExpressionError(ValueError):
    """An expression is not CEL, or has the wrong type; the text ends with line and column."""
