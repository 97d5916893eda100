"""What the settings of every source have in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sources.duration import parse_duration
from sources.patterns import PathPattern


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


class FolderSettings(SourceSettings):
    """What every source has that reads manifests out of folders."""

    include: tuple[str, ...] = ("*.yaml", "*.yml", "*.json")
    """File name patterns that are read; everything else is ignored without a word."""
    exclude: tuple[PathPattern, ...] = ()
    """Path patterns, relative to the folder, that are not read; as in `.galleyignore`."""
