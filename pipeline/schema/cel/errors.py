"""What can go wrong with a rule: it is not CEL, not for us to judge, or it fails on a value."""


class CelSyntaxError(ValueError):
    """The text is not CEL; the message ends with line and column."""


class NotEvaluable(ValueError):  # noqa: N818  # no error: the rule is left out, and why is said
    """The rule is CEL, and uses something that is not evaluated here as the API server does."""


class CelError(Exception):
    """The evaluation of a rule failed on a value: no such key, overflow, index out of bounds."""


def no_such_overload() -> CelError:
    """The error of a function or operator that is not made for values of these types."""
    return CelError("no such overload")
