"""Substitution: variables in manifests, from the settings and from ConfigMaps of the channel."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.kinds import CONFIG_MAP, SECRET
from pipeline.model import Diagnostic, Document, Key, Kinds, Path, Resource
from pipeline.model.messages import Message
from pipeline.model.messages import shaping as messages
from pipeline.stage import Outcome, Reader
from pipeline.transform.errors import TransformRefusedError
from pipeline.transform.rebuild import rebuilt
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform
from pipeline.transform.values import NoValueError, Supply
from pipeline.transform.variables import MalformedError, Scalar, Variable, as_text, parts

MOST_TEXT = 4 * 1024 * 1024
"""Characters that variables may bring into one resource."""
MOST_PROBLEMS = 20
"""Problems that are told of one resource."""
OPT_OUT = ("galley.dev/substitute", "kustomize.toolkit.fluxcd.io/substitute")
"""Annotations or labels that say `disabled`: ours and Flux'."""
_MARKS = (b"${", b"$$")
_TEXT_ONLY = frozenset({CONFIG_MAP, SECRET})


class ConfigMapName(BaseModel):
    """A ConfigMap with values of variables under `data`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    namespace: str = Field(min_length=1)
    """Where it is."""
    name: str = Field(min_length=1)
    """What it is called."""
    optional: bool = False
    """Whether it may be missing."""

    @property
    def key(self) -> Key:
        return Key(CONFIG_MAP, self.namespace, self.name)


class SubstituteSettings(TransformSettings):
    """Replace `${NAME}` and `${NAME:-default}` in the values of manifests; `$$` is one dollar."""

    type: Literal["substitute"] = "substitute"
    """Which transform this is."""
    values: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Variables and their values. A field that is one variable and nothing else becomes a number,
    or true or false, if the value is one; labels, annotations and ConfigMaps always get text."""
    config_maps: tuple[ConfigMapName, ...] = ()
    """ConfigMaps of the channel with more values; the later one comes before the earlier, and
    `values` before all. When one changes, what uses it follows."""
    types: dict[str, Literal["number", "boolean"]] = Field(default_factory=dict)
    """Variables whose text in a ConfigMap, or whose default, stands for a number or for true or
    false."""
    keys: bool = False
    """Whether variables are also replaced in the names of fields, labels and annotations."""

    @model_validator(mode="after")
    def _has_values(self) -> "SubstituteSettings":
        if not (self.values or self.config_maps):
            raise ValueError("one of values and config_maps is needed")
        return self


class Substitute(Transform):
    """Replaces variables; one that is not set is an error at its field."""

    def __init__(self, given: SubstituteSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)
        maps = given.config_maps
        self.collections = frozenset(each.key.collection for each in maps)
        self._keys = given.keys
        self._supply = Supply(
            transform=given.name,
            own=given.values,
            config_maps=tuple(each.key for each in maps),
            optional=frozenset(each.key for each in maps if each.optional),
            types=given.types,
        )

    def outcome(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        if not any(mark in resource.content for mark in _MARKS) or self._stays(resource, document):
            return Outcome((resource,))
        work = _Work(self._supply, reader, resource.key, keys=self._keys)
        made = Document(
            labels=work.value(document.labels, ("metadata", "labels")),
            annotations=work.value(document.annotations, ("metadata", "annotations")),
            body=work.value(document.body, ()),
        )
        if work.found:
            raise TransformRefusedError(*work.found[:MOST_PROBLEMS])
        return Outcome((rebuilt(self._label, resource, made),))

    def _stays(self, resource: Resource, document: Document) -> bool:
        """Whether it asks to be left as it is, or is where the values come from."""
        marks = (document.annotations, document.labels)
        disabled = any(held.get(name) == "disabled" for held in marks for name in OPT_OUT)
        return disabled or resource.key in self._supply.config_maps


class _Work:
    """One resource while its variables are replaced; gathers all that is wrong with them."""

    def __init__(self, supply: Supply, reader: Reader, key: Key, *, keys: bool) -> None:
        self._supply, self._reader, self._key, self._keys = supply, reader, key, keys
        self._text_only = key.collection in _TEXT_ONLY
        self._brought = 0
        self.found: list[Diagnostic] = []

    def value(self, held: Any, path: Path) -> Any:
        """The same value with its variables replaced."""
        if isinstance(held, str):
            return self._scalar(held, path) if "$" in held else held
        if isinstance(held, Mapping):
            return self._map(held, path)
        if isinstance(held, list):
            return [self.value(item, (*path, at)) for at, item in enumerate(held)]
        return held

    def _map(self, held: Mapping[str, Any], path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, item in held.items():
            here = (*path, name)
            called = as_text(self._replaced(name, here)) if self._keys and "$" in name else name
            if called in made:
                self._report(messages.FIELD_TWICE, here, field=called)
            made[called] = self.value(item, here)
        return made

    def _scalar(self, text: str, path: Path) -> Scalar:
        made = self._replaced(text, path)
        return as_text(made) if self._text_only or path[0] == "metadata" else made

    def _replaced(self, text: str, path: Path) -> Scalar:
        """A text that is one variable and nothing else becomes its value, of whichever type."""
        try:
            found = parts(text)
        except MalformedError as error:
            self._report(messages.VARIABLE_MALFORMED, path, text=error.text, problem=error.problem)
            return text
        made = [each if isinstance(each, str) else self._of(each, path) for each in found]
        return made[0] if len(made) == 1 else "".join(map(as_text, made))

    def _of(self, variable: Variable, path: Path) -> Scalar:
        try:
            value = self._supply.value(variable, self._reader)
        except NoValueError as error:
            self._report(error.message, path, **error.facts)
            return ""
        self._brought += len(value) if isinstance(value, str) else 0
        if self._brought > MOST_TEXT:
            self.found.clear()
            self._report(messages.SUBSTITUTED_TOO_MUCH, path, limit=MOST_TEXT)
            raise TransformRefusedError(*self.found)
        return value

    def _report(self, message: Message, path: Path, **facts: Any) -> None:
        self.found.append(message.report(key=self._key, path=path, **facts))
