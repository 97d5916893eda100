"""Schemas and rules from their files: what the settings name becomes an environment's spec.

This is where the files are read; `pipeline.environment` judges what is in them. A path that cannot
be read makes the environment invalid, which leaves the one in force as it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from galley.plugins import build_environment
from galley.settings import ChannelSettings
from galley.worker import named_files
from galley.worker.policy_files import Written, policies_in
from galley.worker.transform_files import TransformFiles
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Diagnostic
from pipeline.policy import PLACE
from pipeline.schema import SchemaText

Given: TypeAlias = dict[str, Any] | Written
"""A policy in the settings themselves, or in a file."""


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
        given = list(self._given()) if any(map(_is_about_policy, found)) else []
        return (self._place(each, given) if _is_about_policy(each) else each for each in found)

    def _place(self, found: Diagnostic, given: Sequence[Given]) -> Diagnostic:
        number = found.path[1]
        here = given[number] if isinstance(number, int) and number < len(given) else None
        if not isinstance(here, Written):
            return found
        place = here.policy.locate(found.path[2:])
        name = named_files.shown(here.file, self.folder)
        return found.at("", name, place.line, place.column)

    def _policies(self) -> Iterator[Any]:
        for each in self._given():
            yield each.policy.value if isinstance(each, Written) else plain(each)

    def _given(self) -> Iterator[Given]:
        """Every policy, as it is in the settings or in a file that they name."""
        for policy in self.settings.policies:
            if isinstance(policy, dict):
                yield policy
                continue
            for file in named_files.existing(self.folder / policy):
                yield from policies_in(file, self.settings.limits)

    def _policy_paths(self) -> Iterator[Path]:
        return (path for path in self.settings.policies if isinstance(path, Path))


def plain(value: Any) -> Any:
    """The same with text for what YAML takes for a date or time."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _is_about_policy(found: Diagnostic) -> bool:
    return not found.locator and found.path[:1] == (PLACE,)
