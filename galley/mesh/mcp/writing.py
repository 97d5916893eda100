"""Resources of istio.mcp.v1alpha1 from forms, without the nonce."""

from collections.abc import Iterable

from galley.mesh.served import Served, name_of
from pipeline.encoding.protobuf.wire_format import integer, text
from pipeline.model import Key


def version_of(served: Served) -> str:
    """`system_version_info`: of the content, and another one after a rollback."""
    head = served.line.channel.head
    rollback = f"r{head.rollback}-" if head and head.rollback else ""
    return rollback + served.version


class Full:
    """All there is of a collection."""

    def __init__(self, served: Served, name: str) -> None:
        self._served = served
        self._name = name

    def head(self) -> list[bytes]:
        return [text(1, version_of(self._served)), text(2, self._name)]

    def entry(self, key: Key, form: bytes) -> bytes:  # noqa: ARG002  # the name is within
        return form


def incremental(
    served: Served, name: str, changed: Iterable[Key], removed: Iterable[Key]
) -> tuple[list[bytes], int]:
    """What is new of a collection, and the names of what went."""
    parts, gone = Full(served, name).head(), list(removed)
    for key in changed:
        form = served.form(key)
        if form is None:
            gone.append(key)
        else:
            parts.append(form)
    parts += [text(4, name_of(key)) for key in gone]
    return [*parts, integer(6, 1)], len(parts) - 2
