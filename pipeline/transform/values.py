"""Where the values of variables come from: the settings, ConfigMaps of the channel, defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipeline.loose import mapping
from pipeline.model import Key, Resource
from pipeline.model.messages import Message
from pipeline.model.messages import shaping as messages
from pipeline.stage import Reader
from pipeline.transform.variables import Scalar, Variable, typed


class NoValueError(ValueError):
    """A variable has no usable value; carries the message and its facts."""

    def __init__(self, message: Message, **facts: Any) -> None:
        self.message, self.facts = message, facts
        super().__init__(message.title)


@dataclass(frozen=True, slots=True)
class Supply:
    """The values that one transform knows of."""

    transform: str
    own: Mapping[str, Scalar]
    """From the settings; they come before all others."""
    config_maps: Sequence[Key]
    """The later comes before the earlier."""
    optional: frozenset[Key] = frozenset()
    """ConfigMaps that may be missing."""
    types: Mapping[str, str] = field(default_factory=dict)

    def value(self, variable: Variable, reader: Reader) -> Scalar:
        """What is put in a variable's place. Reads no more ConfigMaps than it must.

        Raises:
            NoValueError: it is not set, cannot be looked up, or is not of its type.
        """
        name = variable.name
        found = self.own[name] if name in self.own else self._looked_up(name, reader)
        if found in (None, "") and variable.default is not None:
            found = variable.default
        if found is None:
            raise NoValueError(messages.VARIABLE_UNSET, variable=name, hint=self._hint())
        kind = self.types.get(name)
        if kind is None or not isinstance(found, str):
            return found
        made = typed(found, kind)
        if made is None:
            raise NoValueError(messages.VARIABLE_TYPE, variable=name, type=kind)
        return made

    def _looked_up(self, name: str, reader: Reader) -> str | None:
        for key in reversed(self.config_maps):
            held = reader.get(key)
            if held is None and key not in self.optional:
                raise NoValueError(
                    messages.VARIABLES_MISSING,
                    config_map=f"{key.namespace}/{key.name}",
                    transform=self.transform,
                    variable=name,
                )
            value = _data(held).get(name) if held else None
            if isinstance(value, str):
                return value
        return None

    def _hint(self) -> str:
        names = [f"{key.namespace}/{key.name}" for key in self.config_maps]
        return (
            f", neither in the settings nor in the ConfigMap {' or '.join(names)}" if names else ""
        )


@lru_cache(maxsize=64)
def _data(config_map: Resource) -> Mapping[str, Any]:
    """What is in a ConfigMap; kept, because many resources ask for the same one after another."""
    return mapping(config_map.document().body, "data")
