"""Parameters of a policy: given in its settings, or held by a resource of the channel.

A ConfigMap holds text only. Where the settings give a parameter another type, by the value that
holds without the resource, its text is read as JSON: `"5"` as a number, `"[\"a\"]"` as a list.
"""

import json
from collections.abc import Mapping
from typing import Any

from pipeline.expression import Failure
from pipeline.loose import inside
from pipeline.manifest import manifest
from pipeline.model import Key
from pipeline.model.canonical import Path
from pipeline.stage import Reader

_WORDS = {bool: "true or false", int: "a whole number", float: "a number", list: "a list"}


class Parameters:
    """The parameters of one policy."""

    def __init__(
        self,
        given: Mapping[str, Any],
        place: Key | None = None,
        field: Path = (),
        *,
        at_home: bool = False,
    ) -> None:
        """Say where they are.

        Args:
            given: the values in the settings.
            place: the resource that holds others.
            field: where in its manifest.
            at_home: whether it is meant in the namespace of the resource that is judged.
        """
        self._given = dict(given)
        self._place = place
        self._field = field
        self._at_home = at_home

    @property
    def collections(self) -> frozenset[str]:
        """What is read."""
        return frozenset({self._place.collection} if self._place else ())

    def read(self, namespace: str, reader: Reader) -> Mapping[str, Any] | Failure:
        """All parameters, for a resource of this namespace."""
        if self._place is None:
            return self._given
        found = reader.get(self._placed(namespace, self._place))
        held = inside(manifest(found, found.document()), *self._field) if found else None
        where = self.where(namespace)
        if not isinstance(held, dict | None):
            return Failure(f"the parameters in {where} are no map")
        values = {**self._given}
        for name, value in (held or {}).items():
            taken = _typed(value, self._given.get(name))
            if isinstance(taken, Failure):
                return Failure(f"parameter {name} in {where} {taken.problem}")
            values[name] = taken
        return values

    def where(self, namespace: str) -> str:
        """Words for the resource that holds them; empty if there is none."""
        if self._place is None:
            return ""
        place = self._placed(namespace, self._place)
        name = f"{place.namespace}/{place.name}".removeprefix("/")
        return f"{place.collection.rpartition('/')[2]} {name}"

    def _placed(self, namespace: str, place: Key) -> Key:
        return place._replace(namespace=namespace) if self._at_home else place


def _typed(value: Any, default: Any) -> Any:
    """The value, read as JSON if it is text and its default is not."""
    if not isinstance(value, str) or default is None or isinstance(default, str):
        return value
    wanted = type(default)
    try:
        read = json.loads(value)
    except ValueError:
        read = None
    if wanted is float and type(read) is int:
        return float(read)
    if type(read) is not wanted:
        shown = value if len(value) <= 40 else f"{value[:40]}..."
        return Failure(f"is {shown!r}, and {_WORDS.get(wanted, 'a map')} is needed")
    return read
