"""From a settings file to settings: every complaint names file and line, and the nearest key.

Relative paths start at the file's folder. Everything that is wrong is told at once, as sentences
in `SettingsError`; a file with one mistake is not half in force.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from galley.entry_points import SOURCES, installed
from galley.settings import AnySchemas, ChannelSettings, ServiceSettings
from galley.suggest import names_at, nearest
from sources.settings import FilesSettings, GitSettings, KubernetesSettings, PluginSettings
from sources.settings.git import is_scp

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Place: TypeAlias = tuple[str | int, ...]
AnyModel = TypeVar("AnyModel", bound=BaseModel)

KINDS = frozenset({"files", "git", "kubernetes", "memory", "plugin"})
CLUSTER = "kube://"
"""What stands before the context of a cluster that is given with `--source`."""
FORMS = frozenset({"text", "map"})
"""Steps of a place that only the models have: the form of a ref, or of an entry of `schemas`."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a settings file."""


class SettingsError(Exception):
    """The settings are not usable; `problems` are sentences with file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load(path: Path) -> ServiceSettings:
    """Read a settings file.

    Raises:
        SettingsError: it cannot be read, is not YAML, or says what makes no sense.
    """
    root, data = _parse(path)
    try:
        settings = ServiceSettings.model_validate(data)
    except ValidationError as error:
        raise SettingsError(list(_problems(path, root, error))) from None
    unknown = list(_unknown_plugins(path, root, settings))
    if unknown:
        raise SettingsError(unknown)
    return resolved(settings, path.absolute().parent)


def _unknown_plugins(
    path: Path, root: yaml.Node | None, settings: ServiceSettings
) -> Iterator[str]:
    for outer, channel in enumerate(settings.channels):
        every = (
            (field, inner, source)
            for field in ("sources", "schemas")
            for inner, source in enumerate(getattr(channel, field))
        )
        for field, inner, source in every:
            if isinstance(source, PluginSettings) and source.plugin not in installed(SOURCES):
                line = _line(root, ("channels", outer, field, inner, "plugin"))
                name = f"{source.plugin!r}{nearest(source.plugin, installed(SOURCES))}"
                yield f"{path}:{line}: no installed package offers the source {name}"


def of_sources(places: Sequence[str], settings: ServiceSettings) -> ServiceSettings:
    """The same settings with sources besides, in the first channel: `--source PATH-OR-URL`.

    Raises:
        SettingsError: a path does not exist, or an address is not usable.
    """
    first, *others = settings.channels or (ChannelSettings(),)
    taken = {source.name for source in (*first.sources, *first.schema_sources)}
    sources = list(first.sources)
    problems: list[str] = []
    for place in places:
        try:
            sources.append(_of_place(place, taken))
        except SettingsError as error:
            problems += error.problems
        else:
            taken.add(sources[-1].name)
    if problems:
        raise SettingsError(problems)
    channel = first.model_copy(update={"sources": tuple(sources)})
    return settings.model_copy(update={"channels": (channel, *others)})


def of_schemas(places: Sequence[str], settings: ChannelSettings) -> ChannelSettings:
    """The same settings with schemas besides: `--schemas PATH-OR-URL`.

    Raises:
        SettingsError: an address is not usable.
    """
    taken = {each.name for each in (*settings.sources, *settings.schema_sources)}
    schemas: list[AnySchemas] = list(settings.schemas)
    for place in places:
        path = Path(place)
        if not _is_followed(place):
            schemas.append(path.absolute())
            continue
        source = _of_place(place, taken)
        taken.add(source.name)
        schemas.append(source)
    return settings.model_copy(update={"schemas": tuple(schemas)})


def _is_followed(place: str) -> bool:
    """Whether a place is a cluster or a repository, and not a file or a folder of files."""
    path = Path(place)
    if place.startswith(CLUSTER) or _is_bare(path):
        return True
    return not path.exists() and ("://" in place or is_scp(place))


def _of_place(place: str, taken: set[str]) -> FilesSettings | GitSettings | KubernetesSettings:
    """The source that a folder, a file, a repository's address or a cluster stands for."""
    path, address = Path(place), place.removeprefix("git+")
    if place.startswith(CLUSTER):
        context = place.removeprefix(CLUSTER)
        name = _name(Path(re.split("[:/]", context)[-1] or "cluster"), taken)
        return KubernetesSettings(name=name, type="kubernetes", context=context)
    if _is_bare(path):
        address = str(path.absolute())
    elif path.exists():
        return FilesSettings(name=_name(path.absolute(), taken), path=path.absolute())
    elif address == place and "://" not in place and not is_scp(place):
        raise SettingsError([f"There is no folder or file {place!r}."])
    try:
        name = _name(Path(address.rpartition(":")[2]), taken)
        return resolved(GitSettings(name=name, type="git", url=address), Path.cwd())
    except ValidationError as error:
        said = error.errors(include_url=False, include_context=False, include_input=False)[0]["msg"]
        problem = said.removeprefix("Value error, ")
        raise SettingsError([f"An address on the command line is not usable: {problem}."]) from None


def _is_bare(path: Path) -> bool:
    """Whether a folder is a git repository without a work tree, in which nobody edits files."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def resolved(model: AnyModel, folder: Path) -> AnyModel:
    """A model with every relative path in it made absolute, from `folder`."""
    update = {name: _resolved(getattr(model, name), folder) for name in type(model).model_fields}
    return model.model_copy(update=update)


def _resolved(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value.expanduser()
    if isinstance(value, BaseModel):
        return resolved(value, folder)
    if isinstance(value, tuple):
        return tuple(_resolved(item, folder) for item in value)
    if isinstance(value, dict):
        return {name: _resolved(item, folder) for name, item in value.items()}
    return value


def _name(path: Path, taken: set[str]) -> str:
    """A source name made of the last part of a path."""
    plain = "".join(
        each if each.isascii() and each.isalnum() else "-" for each in path.stem.lower()
    )
    base = plain.strip("-") or "files"
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (base, *numbers) if name not in taken)


def _parse(path: Path) -> tuple[yaml.Node | None, Any]:
    """The file's node tree, for the lines, and its value."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError([f"{path}: the file cannot be read: {error.strerror}."]) from error
    if len(text) > LARGEST:
        raise SettingsError([f"{path}: the file is larger than {LARGEST:,} bytes."])
    try:
        loader = Loader(text)
        root = loader.get_single_node()
        twice = list(_doubles(root)) if root else []
        if twice:
            raise SettingsError(
                [f"{path}:{line}: {name!r} is given twice." for name, line in twice]
            )
        return root, loader.construct_document(root) if root else {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or str(error)
        raise SettingsError([f"{path}{line}: this is not YAML: {what}."]) from None


def _doubles(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Keys that a map has twice, each with its line."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add(str(key.value))
            yield from _doubles(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubles(item)


def _problems(path: Path, root: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    """Sentences, in the order of the file."""
    errors = error.errors(include_url=False)
    for found in sorted(errors, key=lambda each: _line(root, each["loc"])):
        where = found["loc"]
        line = _line(root, where)
        head = f"{path}:{line}:" if line else f"{path}:"
        name = _written(where)
        if found["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
            known = names_at(ServiceSettings, where[:-1])
            yield f"{head} there is no setting {name!r}{nearest(str(where[-1]), known)}"
        elif found["type"] == "missing":
            yield f"{head} the setting {name!r} is missing."
        else:
            subject = f"{name}: " if name else ""
            yield f"{head} {subject}{_said(found)}."


def _said(found: ErrorDetails) -> str:
    """What is wrong with a value, in our words where those of the library are of its insides."""
    if found["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        return "settings belong here, as `name: value`"
    if found["type"] == "union_tag_not_found":
        return "the setting 'type' is missing"
    if found["type"] == "union_tag_invalid":
        facts = found["ctx"]
        return f"there is no type {facts['tag']!r}; write one of {facts['expected_tags']}"
    text = found["msg"].removeprefix("Value error, ")
    return f"{text[:1].lower()}{text[1:]}"


def _line(root: yaml.Node | None, where: Place) -> int:
    """The line of the deepest part of a place that the file has."""
    node, line = root, root.start_mark.line + 1 if root else 0
    for part in where:
        found = _child(node, part)
        if found is None:
            continue  # a step of the models, such as the name of a kind of source
        node, line = found
    return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    return None


def _written(where: Place) -> str:
    """`channels[0].sources[1].path`, without the steps that only the models have."""
    text = ""
    for number, part in enumerate(where, 1):
        kind = text.endswith("]") and part in KINDS and number < len(where)
        inner = kind or (text.endswith((".ref", "]")) and part in FORMS)
        if not inner:
            text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
