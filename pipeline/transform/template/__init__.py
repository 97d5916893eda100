"""Templates: resources derived from a resource, with CEL in the values of their manifests.

Why CEL and no text templates is told in docs/decisions/0022. In reading order: `settings` (as
people write them), `stage` (from a resource to those that are derived from it), `tree` (a manifest
with expressions in it), `texts` (expressions in a text), `expression` (what CEL sees and makes),
`errors`.
"""

from pipeline.transform.template.settings import TemplateSettings
from pipeline.transform.template.stage import Template

__all__ = ["Template", "TemplateSettings"]
