"""Which collection a policy means by the name of a kind."""

from pipeline.invalid import nearest
from pipeline.model import Kinds


class UnknownKindError(ValueError):
    """The name means no kind, or several; the text says what to write."""


def collection_called(name: str, kinds: Kinds) -> str:
    """The collection; a name in full (`example.com/Thing`) need not be known.

    Raises:
        UnknownKindError: the name means no kind, or kinds of several groups.
    """
    short = name.casefold()
    called = sorted(
        kind.collection for kind in kinds if short in (kind.kind.casefold(), kind.plural.casefold())
    )
    if len(called) > 1:
        raise UnknownKindError(f"{name} is a kind in several groups; write {' or '.join(called)}")
    resolved = kinds.resolve(name)
    if resolved is not None:
        return resolved
    if name.count("/") == 1:
        return name
    hint = nearest(name, sorted({kind.kind for kind in kinds}))
    raise UnknownKindError(
        f"no kind is called {name}{hint}; one that is not known here is written with its group,"
        " as example.com/Thing"
    )
