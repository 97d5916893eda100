"""Transforms with the files that their settings name: the partial manifests of overlays.

They are read as a source reads manifests, so that a value means the same in both, and each keeps
its file and line. `pipeline.transform` gets the manifests and never a path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galley.worker import named_files
from sources.source import Limits


@dataclass(frozen=True, slots=True)
class TransformFiles:
    """The transforms of a channel, and where relative paths start."""

    transforms: tuple[Mapping[str, Any], ...]
    folder: Path
    limits: Limits

    def read(self) -> tuple[Mapping[str, Any], ...]:
        """The same transforms, with what is in the files in place of their paths.

        Raises:
            InvalidEnvironmentError: a file cannot be read or is not YAML.
        """
        return tuple(self._with_files(each) for each in self.transforms)

    def paths(self) -> Iterator[Path]:
        """Every path that is named."""
        for each in self.transforms:
            for one in _overlays(each):
                if isinstance(one, Path):
                    yield self.folder / one

    def _with_files(self, transform: Mapping[str, Any]) -> Mapping[str, Any]:
        overlays = _overlays(transform)
        if not any(isinstance(one, Path) for one in overlays):
            return transform
        return {
            **transform,
            "overlays": [each for one in overlays for each in self._manifests(one)],
        }

    def _manifests(self, overlay: Any) -> Iterator[Any]:
        if not isinstance(overlay, Path):
            yield overlay
            return
        for file in named_files.existing(self.folder / overlay):
            for document in named_files.documents(file, self.limits):
                name = named_files.shown(file, self.folder)
                yield {"file": name, "line": document.line, "manifest": document.value}


def _overlays(transform: Mapping[str, Any]) -> list[Any]:
    overlays = transform.get("overlays")
    return list(overlays) if isinstance(overlays, list | tuple) else []
