"""What cases run under: the environment of a suite, built once for all suites that share it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from galley.cli import inline
from galley.cli.checkout import Checkout
from galley.cli.failure import Failure
from galley.cli.loading import channel_of, checked_out, settings_of
from galley.cli.suites.loading import SuiteError, SuiteFile
from galley.cli.suites.model import Pipeline as Written
from galley.settings import ChannelSettings
from galley.suggest import nearest
from pipeline.environment import Environment, InvalidEnvironmentError
from pipeline.model import Diagnostic
from sources.settings import AnySource, FilesSettings, GitSettings

SOURCE = "given"
"""The only source of a case."""

Invalid: TypeAlias = tuple[Diagnostic, ...]
"""Why an environment cannot be built."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Settings with the environment that they describe."""

    settings: ChannelSettings
    environment: Environment
    sources: tuple[FilesSettings, ...]
    """Folders that the channel reads, the innermost first, and last whatever else there is: their
    options hold for what a case is given."""

    def stages(self, last: str) -> frozenset[str]:
        """The stages up to one of them; all if it is empty.

        Raises:
            ValueError: there is none of that name.
        """
        names = [stage.name for stage in self.environment.stages]
        if not last:
            return frozenset(names)
        if last not in names:
            hint = nearest(last, names)
            end = f"{hint} The stages are {', '.join(names)}."
            raise ValueError(f"there is no stage {last!r}{end}")
        return frozenset(names[: names.index(last) + 1])

    def reads(self, path: Path) -> FilesSettings:
        """The settings that a file is read by."""
        fits = (each for each in self.sources if path.is_relative_to(each.path))
        return next(fits, self.sources[-1])


@dataclass(slots=True)
class Pipelines:
    """Pipelines by what they are made of."""

    _built: dict[tuple[str, Path, str, bool], Pipeline | Invalid] = field(default_factory=dict)

    def of(self, file: SuiteFile) -> Pipeline | Invalid:
        """What the cases of a suite run under; or why there is no such thing.

        Raises:
            SuiteError: the settings that it names are not usable.
            Failure: a source of schemas does not answer.
        """
        written = file.suite.pipeline
        settings, folder = _settings(file, written)
        here = written.default_namespace
        identity = (settings.model_dump_json(), folder, here, written.complete)
        if identity not in self._built:
            rest = FilesSettings(name=SOURCE, path=file.folder, default_namespace=here)
            self._built[identity] = _build(settings, folder, rest, complete=written.complete)
        return self._built[identity]


def _build(
    settings: ChannelSettings, folder: Path, rest: FilesSettings, *, complete: bool
) -> Pipeline | Invalid:
    try:
        environment = inline.environment_of(settings, folder, complete=complete)
    except InvalidEnvironmentError as error:
        return error.diagnostics
    known = _read_here(settings.sources, Checkout(folder))
    inner = sorted(map(_as_given, known), key=lambda each: len(each.path.parts), reverse=True)
    sources: tuple[AnySource, ...] = (rest,)
    return Pipeline(settings.model_copy(update={"sources": sources}), environment, (*inner, rest))


def _read_here(sources: Iterable[AnySource], checkout: Checkout) -> Iterator[FilesSettings]:
    """The sources that read folders; one that follows git reads that of the settings' work tree."""
    for each in sources:
        if isinstance(each, FilesSettings):
            yield each
        elif isinstance(each, GitSettings) and checkout.tracked:
            yield checked_out(each, checkout.root / each.path)


def _as_given(source: FilesSettings) -> FilesSettings:
    return source.model_copy(update={"name": SOURCE, "path": source.path.resolve()})


def _settings(file: SuiteFile, written: Written) -> tuple[ChannelSettings, Path]:
    if written.settings is None:
        names = written.model_fields_set & ChannelSettings.model_fields.keys()
        held = {name: getattr(written, name) for name in names}
        return ChannelSettings(**held), file.folder
    try:
        settings, folder = settings_of(file.folder / written.settings)
        return inline.spared(channel_of(settings, written.channel)), folder
    except Failure as failure:
        text = " ".join((failure.message, *failure.remedy.splitlines()))
        raise SuiteError([file.wrong(text, "pipeline", "settings")]) from None
