"""The vocabulary: frozen values that travel through the whole of Galley.

In reading order: `key` (a resource's name), `canonical` (one value, one sequence of bytes),
`resource` (one object at rest as bytes), `origin` (where it is now), `diagnostic` (what is wrong
with it), `revision` (a named state of a source), `batch` (what a source says), `conversion` (how an
older version of a kind reads), `kind` (what is known of a kind), `digest` (the digest of a set),
`messages` (the catalogue of everything that can be wrong). This is the only part of `pipeline` that
`sources` may import.
"""

from pipeline.model.batch import Batch, Broken, Change, Located, Read, Removed
from pipeline.model.canonical import Path, UnencodableError
from pipeline.model.conversion import Conversion
from pipeline.model.diagnostic import Diagnostic, Level
from pipeline.model.digest import Buckets
from pipeline.model.key import Key
from pipeline.model.kind import Kind, Kinds
from pipeline.model.origin import Origin, Place
from pipeline.model.resource import Document, Resource
from pipeline.model.revision import Revision

__all__ = [
    "Batch",
    "Broken",
    "Buckets",
    "Change",
    "Conversion",
    "Diagnostic",
    "Document",
    "Key",
    "Kind",
    "Kinds",
    "Level",
    "Located",
    "Origin",
    "Path",
    "Place",
    "Read",
    "Removed",
    "Resource",
    "Revision",
    "UnencodableError",
]
