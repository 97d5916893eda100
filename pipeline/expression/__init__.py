"""CEL, for policies and templates.

In reading order: `language` (expressions compiled and evaluated), `names` (which names an
expression uses), `projection` (which parts of a manifest it looks at).
"""

from pipeline.expression.language import (
    ANYTHING,
    BY_NAME,
    MANIFESTS,
    ROOT,
    Expression,
    ExpressionError,
    Failure,
    Given,
    Language,
    Makes,
)
from pipeline.expression.names import selections
from pipeline.expression.projection import Tree, looked_at, project

__all__ = [
    "ANYTHING",
    "BY_NAME",
    "MANIFESTS",
    "ROOT",
    "Expression",
    "ExpressionError",
    "Failure",
    "Given",
    "Language",
    "Makes",
    "Tree",
    "looked_at",
    "project",
    "selections",
]
