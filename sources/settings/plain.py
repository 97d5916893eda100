"""The sources whose settings are short: files, a source fed by hand, a source from outside."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sources.forge_settings import ForgeSettings
from sources.settings.common import FolderSettings, Seconds, SourceSettings


class FilesSettings(FolderSettings):
    """A folder of manifests, or a single one, watched."""

    type: Literal["files"] = "files"
    path: Path
    """Folder or file; a relative path starts at the settings file."""
    rescan: Seconds = Field(default=30.0, gt=0)
    """Seconds between two looks at everything, for file systems that notify nobody."""
    step: int = Field(default=1, ge=1, le=1000)
    """Milliseconds that the watcher gathers events before it hands them on."""
    settle: Seconds = Field(default=0.01, ge=0)
    """Seconds after which size and time of a written file are looked at again before it is read."""


class MemorySettings(ForgeSettings, SourceSettings):
    """A source fed by hand: tests, and programs that embed Galley."""

    type: Literal["memory"]


class PluginSettings(ForgeSettings, SourceSettings):
    """A source from outside: a package that is installed beside Galley."""

    type: Literal["plugin"]
    plugin: str
    """Name under which the package offers it in the entry-point group `galley.sources`."""
    path: Path | None = None
    """Folder or file, if it reads one; a relative path starts at the settings file."""
    options: dict[str, Any] = Field(default_factory=dict)
    """What the plugin itself wants to know."""
