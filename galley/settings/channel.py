"""One channel: its sources, its environment, its rules."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Discriminator, Field, Tag, field_validator, model_validator

from galley.settings.base import NAME, Settings
from sources.secrets import SecretRef
from sources.settings import AdmissionSettings, AnySource, KubernetesSettings, Seconds
from sources.source import Limits

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


class DeletionBudget(Settings):
    """How much may be deleted without being asked; a candidate over it is parked."""

    percent: float = Field(default=20.0, ge=0, le=100)
    """Share of a collection's resources from one source, in percent."""
    keys: int = Field(default=10, ge=0)
    """Number of resources; the budget trips only above both."""
    window: Seconds = Field(default=600.0, gt=0)
    """Seconds over which deletions are added up."""


class PublishSettings(Settings):
    """When and how pending change units become a version."""

    on_error: Literal["isolate", "all-or-nothing"] = "isolate"
    """isolate: a broken change unit waits, the others are published; all-or-nothing: one waits,
    all wait."""
    quiet: Seconds = Field(default=0.1, ge=0)
    """Seconds without a change before a version is cut; 0 publishes at once."""
    longest_wait: Seconds = Field(default=1.0, ge=0)
    """Seconds after the first change when a version is cut in any case."""
    deletion_budget: DeletionBudget = DeletionBudget()


class CheckSettings(Settings):
    """A check outside of Galley, asked about every candidate before it is published; see
    docs/checks.md."""

    name: str = Field(pattern=NAME)
    """What diagnostics and metrics call it; unique in its channel."""
    command: tuple[str, ...] = ()
    """Program and arguments, run without a shell; the candidate comes on standard input."""
    folder: Path = Path()
    """Where the command runs: the settings file's folder, or this one."""
    url: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Or where the candidate is posted to."""
    environment: dict[str, str | SecretRef] = {}
    """Variables of the command, besides PATH, HOME, LANG, TZ and TMPDIR: texts, or where a secret
    is. It sees no others."""
    headers: dict[str, str | SecretRef] = {}
    """Headers of the request: texts, or where a secret is."""
    give: Literal["changes", "all"] = "changes"
    """changes: what the candidate changes · all: every resource of it besides."""
    timeout: Seconds = Field(default=10.0, gt=0, le=60)
    """Seconds until it is stopped, with all that it has started."""
    on_failure: Literal["refuse", "warn"] = "refuse"
    """What follows if it cannot be asked, is late, or does not answer in the agreed form. refuse:
    the candidate waits until it can be asked · warn: it is published with a warning."""

    @model_validator(mode="after")
    def _one_way(self) -> "CheckSettings":
        if bool(self.command) == bool(self.url):
            raise ValueError("give exactly one of command and url")
        if (self.command and self.headers) or (self.url and self.environment):
            raise ValueError("headers go with a url, environment with a command")
        return self

    @field_validator("headers")
    @classmethod
    def _secrets_by_reference(cls, headers: dict[str, Any]) -> dict[str, Any]:
        for name, value in headers.items():
            if isinstance(value, str) and name.lower() in SECRET_HEADERS:
                raise ValueError(f"{name} is a secret; say where it is: {{env: NAME}}")
        return headers


class RetentionSettings(Settings):
    """How long versions are kept."""

    every: Seconds = Field(default=24 * 3600.0, ge=0)
    """Seconds for which every version is kept, at most `most` of them."""
    most: int = Field(default=10_000, ge=1)
    hourly: Seconds = Field(default=7 * 24 * 3600.0, ge=0)
    """Seconds for which one version an hour is kept."""
    daily: Seconds = Field(default=90 * 24 * 3600.0, ge=0)
    """Seconds for which one version a day is kept."""
    kept_live: Seconds = Field(default=90 * 24 * 3600.0, ge=0)
    """Seconds for which a version is kept that was live for longer than ten minutes, or is the last
    of a source's revision."""


WireName: TypeAlias = Literal["envoy", "istio", "mcp"]
"""A wire that a channel may have to suit."""


def _form(schemas: object) -> str:
    """Which of two forms an entry is written in, so that complaints are about that one."""
    return "map" if isinstance(schemas, dict | BaseModel) else "text"


AnySchemas = Annotated[
    Annotated[Path, Tag("text")] | Annotated[AnySource, Tag("map")], Discriminator(_form)
]
"""Where schemas are: a path, or a source that is followed."""


class ChannelSettings(Settings):
    """One channel: its sources, its environment, its rules."""

    name: str = Field(default="default", pattern=NAME)
    labels: dict[str, str] = {}
    """What the channel is for, such as `environment: prod`; transforms are chosen by it."""
    sources: tuple[AnySource, ...] = ()
    schemas: tuple[AnySchemas, ...] = ()
    """Files or folders with CustomResourceDefinitions or JSON Schemas, or sources whose
    CustomResourceDefinitions are followed: settings as under `sources`. Of a cluster they are all
    that it has, or those with the source's `labels`."""
    transforms: tuple[dict[str, Any], ...] = ()
    """Steps in order; see docs/settings.md for each kind."""
    policies: tuple[Path | dict[str, Any], ...] = ()
    """Rules written here, or files and folders that hold them."""
    suppressions: tuple[dict[str, Any], ...] = ()
    """Findings that are known and accepted, each with a reason and perhaps an expiry."""
    disabled: tuple[str, ...] = ()
    """Analyzers that do not run."""
    unknown_kinds: Literal["accept", "warn", "refuse"] = "warn"
    unknown_fields: Literal["refuse", "prune"] = "refuse"
    """What becomes of fields that a kind's CRD does not know: an error, or left out silently."""
    wires: tuple[WireName, ...] = ()
    """Wires, besides Galley's own, on which clients of meshes are served (docs/mesh.md). The
    channel has to suit them: what cannot be encoded for them is an error (docs/encoding.md)."""
    checks: tuple[CheckSettings, ...] = Field(default=(), max_length=16)
    """Commands and services that judge each candidate besides; asked at the same time."""
    publish: PublishSettings = PublishSettings()
    retention: RetentionSettings = RetentionSettings()
    limits: Limits = Limits()

    @property
    def admitting(self) -> dict[str, AdmissionSettings]:
        """The sources whose clusters ask before they take an object in, by name."""
        return {
            source.name: source.admission
            for source in self.sources
            if isinstance(source, KubernetesSettings) and source.admission
        }

    @model_validator(mode="after")
    def _names_differ(self) -> "ChannelSettings":
        sources = (*self.sources, *self.schema_sources)
        for what, named in (("sources", sources), ("checks", self.checks)):
            names = [each.name for each in named]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"two {what} are called {name!r}; give each a name of its own")
        return self

    @field_validator("transforms")
    @classmethod
    def _paths_of_overlays(cls, transforms: tuple[dict[str, Any], ...]) -> tuple[Any, ...]:
        """What an overlay names by a text is a path, as elsewhere in the settings."""
        return tuple(
            {**each, "overlays": tuple(Path(one) if isinstance(one, str) else one for one in held)}
            if isinstance(held := each.get("overlays"), list | tuple)
            else each
            for each in transforms
        )

    @field_validator("schemas")
    @classmethod
    def _definitions_only(cls, schemas: tuple[Any, ...]) -> tuple[Any, ...]:
        usual = KubernetesSettings(name="usual", type="kubernetes")
        for each in schemas:
            if isinstance(each, KubernetesSettings) and (each.kinds, each.namespaces) != (
                usual.kinds,
                usual.namespaces,
            ):
                raise ValueError(
                    f"{each.name} reads CustomResourceDefinitions and nothing else; `labels` "
                    "chooses among them, `kinds` and `namespaces` have no place here"
                )
            if beside := [name for name in ("status", "admission") if getattr(each, name, None)]:
                raise ValueError(
                    f"{each.name} is read for its schemas; `{beside[0]}` has no place here"
                )
        return schemas

    @property
    def schema_paths(self) -> tuple[Path, ...]:
        """The schemas that are files or folders."""
        return tuple(each for each in self.schemas if isinstance(each, Path))

    @property
    def schema_sources(self) -> tuple[AnySource, ...]:
        """The schemas that are followed."""
        return tuple(each for each in self.schemas if not isinstance(each, Path))
