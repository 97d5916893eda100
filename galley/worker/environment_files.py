"""Schemas and rules from their files: what the settings name becomes an environment's spec.

This is where the files are read; `pipeline.environment` judges what is in them. A path that cannot
be read makes the environment invalid, which leaves the one in force as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from galley.settings import ChannelSettings
from pipeline.environment import EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Diagnostic
from pipeline.model.messages.gate import ENVIRONMENT_UNREADABLE
from pipeline.schema import SchemaText

SUFFIXES = (".yaml", ".yml", ".json")


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
            transforms=settings.transforms,
            policies=tuple(self._policies()),
            suppressions=settings.suppressions,
            disabled=settings.disabled,
            unknown_kinds=settings.unknown_kinds,
            unknown_fields=settings.unknown_fields,
            complete=complete,
            resource_bytes=settings.limits.resource_bytes,
        )

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Names, sizes and times of all files; differs when something may have changed."""
        paths = (*self.settings.schema_paths, *self._policy_paths())
        found = []
        for path in paths:
            for file in _files(self.folder / path):
                try:
                    stat = file.stat()
                except OSError:
                    continue
                found.append((str(file), stat.st_size, stat.st_mtime_ns))
        return tuple(found)

    def _schemas(self) -> Iterator[SchemaText]:
        for path in self.settings.schema_paths:
            for file in _existing(self.folder / path):
                yield SchemaText(_shown(file, self.folder), _text(file))

    def _policies(self) -> Iterator[dict[str, Any]]:
        for policy in self.settings.policies:
            if isinstance(policy, dict):
                yield policy
                continue
            for file in _existing(self.folder / policy):
                yield from _policy_file(file)

    def _policy_paths(self) -> Iterator[Path]:
        return (path for path in self.settings.policies if isinstance(path, Path))


def _existing(path: Path) -> list[Path]:
    if not path.exists():
        raise _unreadable(path, "there is no such file or folder")
    return _files(path)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
    return [path]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, "it is not UTF-8 text") from error


def _policy_file(file: Path) -> Iterable[dict[str, Any]]:
    """A policy file holds one policy a document, or a list of them under `policies`."""
    try:
        documents = list(yaml.load_all(_text(file), Loader=yaml.CSafeLoader))  # safe
    except yaml.YAMLError as error:
        raise _unreadable(file, " ".join(str(error).split())) from error
    for document in documents:
        held = document.get("policies", document) if isinstance(document, dict) else document
        for policy in held if isinstance(held, list) else [held]:
            if not isinstance(policy, dict):
                raise _unreadable(file, "a policy must be a map")
            yield policy


def _unreadable(path: Path, why: str) -> InvalidEnvironmentError:
    found: Diagnostic = ENVIRONMENT_UNREADABLE.report(file=str(path), why=why)
    return InvalidEnvironmentError([found.at("", str(path))])


def _shown(file: Path, folder: Path) -> str:
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)
