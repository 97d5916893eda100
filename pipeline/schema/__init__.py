"""Kinds and the schemas that judge their bodies.

In reading order: `text` (files to documents), `crd` with `shape`, `openapi` and `standalone` (a
document as a `description` of one kind, and its `essence`), `validator` (what judges a body),
`custom` (a CRD as the API server applies it, made of `embedded`, `normal`, `pruning`, `structural`
with `formats`, `uris` and `keywords`, `lists`, `rules` with `bound` and `cel`, `correlation`;
`vocabulary` names what all of them look for, `regex`, `digits` and `durations` read texts),
`problems` and `phrases` (findings in words), `builtin` (kinds known without a schema), `naming`
(names within bodies), `stage` and `set` (what the environment gets), `build` (all of it together),
`errors`.
"""

from pipeline.schema.build import build
from pipeline.schema.builtin import BUILTIN_KINDS
from pipeline.schema.custom import UnknownFields
from pipeline.schema.errors import SchemaError
from pipeline.schema.essence import essence
from pipeline.schema.openapi import of_group
from pipeline.schema.set import SchemaSet, UnknownKinds
from pipeline.schema.stage import SchemaStage
from pipeline.schema.text import SchemaDocument, SchemaText
from pipeline.schema.validator import BodyValidator
from pipeline.schema.vocabulary import PUBLISHED

__all__ = [
    "BUILTIN_KINDS",
    "PUBLISHED",
    "BodyValidator",
    "SchemaDocument",
    "SchemaError",
    "SchemaSet",
    "SchemaStage",
    "SchemaText",
    "UnknownFields",
    "UnknownKinds",
    "build",
    "essence",
    "of_group",
]
