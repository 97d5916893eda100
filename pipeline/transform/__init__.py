"""Transforms: stages that change, move or take out single resources.

In reading order: `settings` (as people write them), `stages` (what they do), `merge` and `patch`
(the two patch languages), `rebuild` (from a manifest back to a resource), `builtin` (the list),
`build` (from settings to stages), `errors`.
"""

from pipeline.transform.build import build
from pipeline.transform.builtin import BUILTIN_TRANSFORMS, TransformType
from pipeline.transform.errors import TransformError

__all__ = ["BUILTIN_TRANSFORMS", "TransformError", "TransformType", "build"]
