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
from galley.worker import named_files
from galley.worker.transform_files import TransformFiles
from pipeline.environment import EnvironmentSpec
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
            transforms=self._transforms().read(),
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

    def _policies(self) -> Iterator[dict[str, Any]]:
        for policy in self.settings.policies:
            if isinstance(policy, dict):
                yield policy
                continue
            for file in named_files.existing(self.folder / policy):
                yield from _policy_file(file)

    def _policy_paths(self) -> Iterator[Path]:
        return (path for path in self.settings.policies if isinstance(path, Path))


def _policy_file(file: Path) -> Iterable[dict[str, Any]]:
    """A policy file holds one policy a document, or a list of them under `policies`."""
    try:
        documents = list(yaml.load_all(named_files.text(file), Loader=yaml.CSafeLoader))  # safe
    except yaml.YAMLError as error:
        raise named_files.unreadable(file, " ".join(str(error).split())) from error
    for document in documents:
        held = document.get("policies", document) if isinstance(document, dict) else document
        for policy in held if isinstance(held, list) else [held]:
            if not isinstance(policy, dict):
                raise named_files.unreadable(file, "a policy must be a map")
            yield policy
