"""Schemas and rules from their files: what the settings name becomes an environment's spec.

This is where the files are read; `pipeline.environment` judges what is in them. A path that cannot
be read makes the environment invalid, which leaves the one in force as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from galley.plugins import build_environment
from galley.settings import ChannelSettings
from galley.worker import named_files
from galley.worker.policy_files import NoPolicyError, Written, plain, policies_in
from galley.worker.transform_files import TransformFiles
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Diagnostic
from pipeline.policy import PLACE
from pipeline.schema import SchemaText


@dataclass(frozen=True, slots=True)
class EnvironmentFiles:
    """The settings of a channel with the files that they name."""

    settings: ChannelSettings
    folder: Path
    """Where relative paths start."""

    def spec(self, *, complete: bool = True) -> EnvironmentSpec:
        """Read everything.

        Raises:
            InvalidEnvironmentError: a file cannot be read or is not what it should be.
        """
        settings = self.settings
        return EnvironmentSpec(
            schemas=tuple(self._schemas()),
            labels=settings.labels,
            transforms=tuple(plain(self._transforms().read())),
            policies=tuple(self._policies()),
            suppressions=tuple(plain(settings.suppressions)),
            disabled=settings.disabled,
            unknown_kinds=settings.unknown_kinds,
            unknown_fields=settings.unknown_fields,
            complete=complete,
            resource_bytes=settings.limits.resource_bytes,
            wires=settings.wires,
        )

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Names, sizes and times of all files; differs when something may have changed."""
        named = (*self.settings.schema_paths, *self._policy_paths(), *self._transforms().paths())
        found = []
        for path in named:
            for file in named_files.files(self.folder / path):
                try:
                    stat = file.stat()
                except OSError:
                    continue
                found.append((str(file), stat.st_size, stat.st_mtime_ns))
        return tuple(found)

    def _transforms(self) -> TransformFiles:
        return TransformFiles(self.settings.transforms, self.folder, self.settings.limits)

    def _schemas(self) -> Iterator[SchemaText]:
        for path in self.settings.schema_paths:
            for file in named_files.existing(self.folder / path):
                yield SchemaText(named_files.shown(file, self.folder), named_files.text(file))

    def built(
        self, spec: EnvironmentSpec, *, now: float, previous: Environment | None = None
    ) -> Environment:
        """The environment of a specification that was read from these files; what is said of
        policies in files has its place.

        Raises:
            InvalidEnvironmentError: with everything that is wrong.
        """
        try:
            environment = build_environment(spec, previous=previous, now=now)
        except InvalidEnvironmentError as error:
            raise InvalidEnvironmentError(self._placed(error.diagnostics)) from None
        return replace(environment, diagnostics=tuple(self._placed(environment.diagnostics)))

    def _placed(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        found = tuple(diagnostics)
        written = list(self._written()) if any(map(_is_about_policy, found)) else []
        return (self._place(each, written) if _is_about_policy(each) else each for each in found)

    def _place(self, found: Diagnostic, written: Sequence[Written | None]) -> Diagnostic:
        number = found.path[1]
        here = written[number] if isinstance(number, int) and number < len(written) else None
        if here is None:
            return found
        name = named_files.shown(here.file, self.folder)
        return found.at("", name, here.line(found.path[2:]))

    def _policies(self) -> Iterator[dict[str, Any]]:
        inline = iter([plain(each) for each in self.settings.policies if isinstance(each, dict)])
        for written in self._written():
            yield next(inline) if written is None else written.value

    def _written(self) -> Iterator[Written | None]:
        """Every policy; None for those that the settings themselves hold."""
        for policy in self.settings.policies:
            if isinstance(policy, dict):
                yield None
                continue
            for file in named_files.existing(self.folder / policy):
                yield from _policy_file(file)

    def _policy_paths(self) -> Iterator[Path]:
        return (path for path in self.settings.policies if isinstance(path, Path))


def _policy_file(file: Path) -> Iterator[Written]:
    try:
        yield from policies_in(file, named_files.text(file))
    except NoPolicyError as error:
        raise named_files.unreadable(file, str(error)) from error


def _is_about_policy(found: Diagnostic) -> bool:
    return not found.locator and found.path[:1] == (PLACE,)
