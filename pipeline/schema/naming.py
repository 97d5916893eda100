"""Names within bodies: kinds that repeat the resource's name there must repeat it right.

Sources fill it in where it is left out, so it is missing only if a transform took it away.
"""

from collections.abc import Iterator

from pipeline.loose import inside
from pipeline.model import Diagnostic, Document, Key, Kind
from pipeline.model.messages import schema as messages
from pipeline.schema import phrases


def judge(key: Key, kind: Kind, document: Document) -> Iterator[Diagnostic]:
    """What is wrong with the names in a body, as far as its kind says where they are."""
    if not kind.named_by:
        return
    held = [(path, inside(document.body, *path)) for path in kind.named_by]
    names = [(path, name) for path, name in held if name is not None]
    for path, name in names or held[:1]:
        if name != key.name:
            said = "missing" if name is None else phrases.value(name)
            yield messages.NAMED_OTHERWISE.report(
                key=key, path=path, field=phrases.field(path), said=said, name=key.name
            )
