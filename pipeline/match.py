"""Which resources a transform, a policy or a suppression is about.

`Match` is what people write, `Matcher` what is asked. Every field left out matches everything.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase, translate

from pydantic import BaseModel, ConfigDict, field_validator

from pipeline.model import Key, Kinds
from pipeline.selector import Selector


class Match(BaseModel):
    """A choice of resources; all fields that are given must match."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kinds: tuple[str, ...] = ()
    """Kinds by any of their names, or globs over collections: `VirtualService`, `vs`,
    `networking.istio.io/*`. A kind without group means those of all groups."""
    namespaces: tuple[str, ...] = ()
    """Globs; `*` also matches cluster-scoped resources, whose namespace is empty."""
    names: tuple[str, ...] = ()
    """Globs."""
    labels: str = ""
    """A selector: `app=web,tier in (a,b),!legacy`."""

    @field_validator("labels")
    @classmethod
    def _is_selector(cls, text: str) -> str:
        Selector.parse(text)
        return text


class Matcher:
    """A `Match`, ready to be asked about many resources."""

    def __init__(self, match: Match, kinds: Kinds | None = None) -> None:
        self._kinds = tuple(each for name in match.kinds for each in _names(name, kinds))
        self._namespace = _globs(match.namespaces)
        self._name = _globs(match.names)
        self._selector = Selector.parse(match.labels)
        self._collections: dict[str, bool] = {}

    def handles(self, collection: str) -> bool:
        """Whether any resource of the collection can match."""
        known = self._collections.get(collection)
        if known is None:
            known = not self._kinds or any(_is(collection, name) for name in self._kinds)
            self._collections[collection] = known
        return known

    def matches(self, key: Key, labels: Mapping[str, str]) -> bool:
        """Whether the resource with this key and these labels is meant."""
        return (
            self.handles(key.collection)
            and (self._namespace is None or self._namespace.match(key.namespace) is not None)
            and (self._name is None or self._name.match(key.name) is not None)
            and self._selector.matches(labels)
        )


def _names(name: str, kinds: Kinds | None) -> Iterator[str]:
    """The name itself, a glob or a kind of several groups perhaps, and what it resolves to."""
    yield name
    resolved = kinds.resolve(name) if kinds else None
    if resolved is not None:
        yield resolved


def _is(collection: str, name: str) -> bool:
    """Whether a name or glob means the collection: in full, or its kind alone."""
    if "/" in name:
        return fnmatchcase(collection, name)
    return fnmatchcase(collection.rpartition("/")[2].casefold(), name.casefold())


def _globs(globs: Iterable[str]) -> re.Pattern[str] | None:
    patterns = [translate(glob) for glob in globs]
    return re.compile("|".join(patterns)) if patterns else None
