"""What goes wrong with templates.

TemplateSyntaxError    the template itself is not usable: a mistake in the settings
EvaluationError        an expression does not fit a resource
LeafError              the same, with the field of the template that it stands in
"""


class TemplateSyntaxError(ValueError):
    """A template is not usable; the text says where and why."""


class EvaluationError(ValueError):
    """An expression cannot be evaluated for a resource; the text says why, without a full stop."""


class LeafError(ValueError):
    """An expression at one place of the template fails."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        super().__init__(f"{field}: {problem}")
