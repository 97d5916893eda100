"""Transforms: stages that change, move, take out or derive resources.

In reading order: `settings` and `stages` (what all have in common, and the simple ones), then one
module for each of the others: `overlay`, `substitute` with `values` (where they come from) and
`variables` (how they are written), `defaults` with `default_table`, `visibility`, `template`,
`authentication`, `ingress`, `service_entries`. Underneath: `merge` and `patch` (the two patch
languages), `rebuild` (from a manifest back to its resource), `derived` (to a resource of its own).
Around them: `builtin` (the list), `build` (from settings to stages), `errors`.
"""

from pipeline.transform.build import build
from pipeline.transform.builtin import BUILTIN_TRANSFORMS, TransformType
from pipeline.transform.errors import TransformError

__all__ = ["BUILTIN_TRANSFORMS", "TransformError", "TransformType", "build"]
