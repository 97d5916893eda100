"""The live content of a channel line: encoded bytes by collection, namespace and name.

The nesting is the index that views are built from, and it costs nothing: no key object is kept per
resource, and collection and namespace are stored once. Contents are bytes and never change, so a
selection is a copy of references, consistent for as long as anybody holds it.
"""

from collections.abc import Iterable, Iterator

from galley.protocol.messages import View
from pipeline.model import Key

Namespace = dict[str, bytes]
"""Name to encoded resource."""


class Content:
    """Key to encoded resource."""

    __slots__ = ("_collections", "_count")

    def __init__(self) -> None:
        self._collections: dict[str, dict[str, Namespace]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, key: Key) -> bytes:
        return self._collections[key.collection][key.namespace][key.name]

    def get(self, key: Key) -> bytes | None:
        namespaces = self._collections.get(key.collection)
        names = namespaces.get(key.namespace) if namespaces else None
        return names.get(key.name) if names else None

    def put(self, key: Key, content: bytes) -> None:
        """Add a resource or replace it."""
        names = self._collections.setdefault(key.collection, {}).setdefault(key.namespace, {})
        self._count += key.name not in names
        names[key.name] = content

    def discard(self, key: Key) -> None:
        """Take a resource out, if it is there."""
        namespaces = self._collections.get(key.collection, {})
        names = namespaces.get(key.namespace, {})
        if names.pop(key.name, None) is None:
            return
        self._count -= 1
        if not names:
            del namespaces[key.namespace]
            if not namespaces:
                del self._collections[key.collection]

    def selection(self, view: View) -> "Selection":
        """What is in these collections and namespaces now; labels are not looked at."""
        return Selection(self._select(view))

    def _select(self, view: View) -> Iterator[tuple[str, str, Namespace]]:
        for collection in view.collections or tuple(self._collections):
            namespaces = self._collections.get(collection, {})
            for namespace in view.namespaces or tuple(namespaces):
                if names := namespaces.get(namespace):
                    yield collection, namespace, names.copy()


class Selection:
    """References to the contents of one moment."""

    __slots__ = ("_chosen",)

    def __init__(self, chosen: Iterable[tuple[str, str, Namespace]]) -> None:
        self._chosen = {(collection, namespace): names for collection, namespace, names in chosen}

    def __iter__(self) -> Iterator[tuple[Key, bytes]]:
        for (collection, namespace), names in self._chosen.items():
            for name, content in names.items():
                yield Key(collection, namespace, name), content

    def __len__(self) -> int:
        return sum(map(len, self._chosen.values()))

    def get(self, key: Key) -> bytes | None:
        names = self._chosen.get((key.collection, key.namespace))
        return names.get(key.name) if names else None
