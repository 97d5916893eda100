"""One frozen model for each kind of source, told apart by its `type`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sources.duration import parse_duration
from sources.forge_settings import ForgeSettings


def _seconds(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Seconds = Annotated[float, BeforeValidator(_seconds)]
"""A number of seconds, or a duration: `100ms`, `90s`, `2h`."""


class SourceSettings(BaseModel):
    """What every source has."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    """Name of the source, unique in its channel; lower case, digits and dashes."""
    rank: int = 0
    """The highest rank that claims a key supplies it."""
    unit: Literal["locator", "revision"] = "locator"
    """What is accepted or refused as one: each file or object by itself, or everything that the
    source says at one time."""
    required: bool = True
    """Whether the channel's first publication waits for this source."""
    default_namespace: str = "default"
    """Namespace of namespaced resources that name none."""
    strict: bool = False
    """Whether a document with neither apiVersion nor kind is an error, not skipped with an info."""


class FilesSettings(SourceSettings):
    """A folder of manifests, or a single one, watched."""

    type: Literal["files"] = "files"
    path: Path
    """Folder or file; a relative path starts at the settings file."""
    include: tuple[str, ...] = ("*.yaml", "*.yml", "*.json")
    """File name patterns that are read; everything else is ignored without a word."""
    exclude: tuple[str, ...] = ()
    """Path patterns, relative to the folder, that are not read; as in `.galleyignore`."""
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
    options: dict[str, Any] = {}  # pydantic copies it
    """What the plugin itself wants to know."""


AnySource = Annotated[FilesSettings | MemorySettings | PluginSettings, Field(discriminator="type")]
"""Any source."""
