"""Third-party sources, analyzers and transforms: the one place where code from outside is loaded.

A plugin that cannot be loaded never takes the service down. A broken analyzer or transform makes
the environment invalid, which leaves the one in force; a broken source is a source that cannot be
read, and says why.
"""

import asyncio
import functools
from typing import Any

from pydantic import ValidationError

from galley.entry_points import ANALYZERS, SOURCES, TRANSFORMS, installed, package
from pipeline.analysis import Analyzer
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Origin, Path, Place
from pipeline.model.messages.gate import PLUGIN_BROKEN
from pipeline.model.messages.source import SOURCE_UNREADABLE
from pipeline.transform.builtin import TransformType
from sources import builtin
from sources.settings import AnySource, PluginSettings
from sources.source import Emit, Source, SourceContext, SourceHealth


class PluginError(Exception):
    """Something from outside is not there, cannot be loaded, or is not what it should be."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"plugin {name!r}: {problem}")
        self.name = name
        self.problem = problem


def build_environment(
    spec: EnvironmentSpec, *, previous: Environment | None = None, now: float
) -> Environment:
    """An environment with everything that is installed; see `Environment.build`.

    Raises:
        InvalidEnvironmentError: it cannot be built, or a plugin cannot be loaded.
    """
    try:
        analyzers, transforms = _analyzers(), _transforms()
    except PluginError as error:
        found = PLUGIN_BROKEN.report(plugin=error.name, problem=error.problem)
        raise InvalidEnvironmentError([found]) from error
    return Environment.build(
        spec, plugins=analyzers, transforms=transforms, previous=previous, now=now
    )


def build_source(settings: AnySource, context: SourceContext) -> Source:
    """The source that these settings describe; nothing is read before its `run`."""
    if not isinstance(settings, PluginSettings):
        return builtin.build(settings, context)
    try:
        return _source(settings, context)
    except PluginError as error:
        return BrokenSource(settings.name, error)


class BrokenSource:
    """Stands for a source whose plugin does not work: nothing is read, and `health` says why."""

    def __init__(self, name: str, error: PluginError) -> None:
        self.name = name
        self._health = SourceHealth(
            problem=SOURCE_UNREADABLE.report(problem=str(error)).at(name, "")
        )

    async def run(self, emit: Emit) -> None:  # noqa: ARG002  # there is nothing to emit
        await asyncio.Event().wait()

    def health(self) -> SourceHealth:
        return self._health

    def hint(self) -> None:
        """Looking again is no use."""

    def locate(self, origin: Origin, path: Path) -> Place | None:  # noqa: ARG002  # nothing is
        return None

    def link(self, origin: Origin) -> str:  # noqa: ARG002  # as above
        return ""


def _source(settings: PluginSettings, context: SourceContext) -> Source:
    factory = _loaded(SOURCES, settings.plugin)
    try:
        source = factory(settings, context)
    except Exception as error:  # code from outside may raise anything
        raise PluginError(settings.plugin, _reason(error)) from error
    whole: Source = _with(
        source, settings.plugin, "run", "health", "hint", "locate", "link", "name"
    )
    return whole


@functools.cache
def _analyzers() -> tuple[Analyzer, ...]:
    return tuple(_analyzer(name) for name in installed(ANALYZERS))


def _analyzer(name: str) -> Analyzer:
    factory = _loaded(ANALYZERS, name)
    try:
        analyzer = factory()
    except Exception as error:  # as above
        raise PluginError(name, _reason(error)) from error
    whole: Analyzer = _with(analyzer, name, "metadata", "analyze")
    return whole


@functools.cache
def _transforms() -> tuple[TransformType, ...]:
    return tuple(_transform(name) for name in installed(TRANSFORMS))


def _transform(name: str) -> TransformType:
    found = _loaded(TRANSFORMS, name)
    if not isinstance(found, TransformType):
        raise PluginError(name, "it is not a TransformType")
    return found


def _loaded(group: str, name: str) -> Any:
    entry = installed(group).get(name)
    if entry is None:
        raise PluginError(name, f"no installed package offers it in the group {group}")
    try:
        return entry.load()
    except Exception as error:  # as above
        raise PluginError(name, f"{package(entry)} cannot be loaded: {_reason(error)}") from error


def _with(made: Any, name: str, *attributes: str) -> Any:
    """The made thing, if it has what it needs."""
    missing = [each for each in attributes if not hasattr(made, each)]
    if missing:
        raise PluginError(name, f"what it makes has no {', '.join(missing)}")
    return made


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return " ".join(f"{type(error).__name__}: {error}".split())
