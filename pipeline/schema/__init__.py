"""Kinds and the schemas that judge their bodies.

In reading order: `text` (files to documents), `crd` and `standalone` (a document as a
`description` of one kind), `structural` (a CRD's language as JSON Schema), `validator` (what judges
a body), `problems` and `phrases` (its findings in words), `builtin` (kinds known without a schema),
`stage` and `set` (what the environment gets), `build` (all of it together), `errors`.
"""

from pipeline.schema.build import build
from pipeline.schema.builtin import BUILTIN_KINDS
from pipeline.schema.errors import SchemaError
from pipeline.schema.set import SchemaSet, UnknownKinds
from pipeline.schema.text import SchemaText
from pipeline.schema.validator import BodyValidator

__all__ = [
    "BUILTIN_KINDS",
    "BodyValidator",
    "SchemaError",
    "SchemaSet",
    "SchemaText",
    "UnknownKinds",
    "build",
]
