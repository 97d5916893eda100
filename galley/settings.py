"""Every option of the service: frozen models by topic, unit, default and reason under each field.

`docs/settings.md` is generated from this module. Secrets never stand in a settings file: a field
that needs one names an environment variable or a file.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from sources.secrets import SecretRef
from sources.settings import AdmissionSettings, AnySource, KubernetesSettings, Seconds
from sources.source import Limits

NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"

SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})

Role = Literal["read", "subscribe", "plan", "operate", "override"]
"""read: look at everything · subscribe: the stream · plan: evaluate other inputs · operate:
publish, roll back, hold, pin · override: quarantine, purge, backup."""


class Settings(BaseModel):
    """What all settings have in common: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


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
    environment: dict[str, str | SecretRef] = {}  # pydantic copies it
    """Variables of the command, besides PATH, HOME, LANG, TZ and TMPDIR: texts, or where a secret
    is. It sees no others."""
    headers: dict[str, str | SecretRef] = {}  # as above
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


WireName: TypeAlias = Literal["istio", "mcp"]
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
    labels: dict[str, str] = {}  # pydantic copies it
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
    """Wires, besides Galley's own, whose clients the channel has to suit: what cannot be encoded
    for them is an error; see docs/encoding.md."""
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


class TlsSettings(Settings):
    """Certificate and key; read again when the files change."""

    certificate: Path
    key: Path
    client_ca: Path | None = None
    """If given, clients must present a certificate that it signed."""


class AdmissionAddress(Settings):
    """Where clusters ask before they take an object in; listened on if a source has `admission`."""

    listen: str = "127.0.0.1:8443"
    """Address and port for HTTPS; port 0 takes any free one."""
    tls: TlsSettings | None = None
    """Certificate and key; without them Galley makes its own, renews them, and has the clusters
    trust them."""
    ca: Path | None = None
    """PEM file with what the clusters are to trust, if `tls` is given; without it, the certificate
    itself."""

    @model_validator(mode="after")
    def _trust_what_is_given(self) -> "AdmissionAddress":
        if self.ca and not self.tls:
            raise ValueError("`ca` goes with `tls`; what Galley makes, it tells the clusters")
        return self


class TokenSettings(Settings):
    """A bearer token: where it is, and what it may do on which channels."""

    name: str = Field(pattern=NAME)
    """What audit and logs call its bearer."""
    env: str = ""
    """Environment variable that holds it."""
    file: Path | None = None
    """File that holds it; read again on reload."""
    sha256: str = ""
    """Or the SHA-256 of the token, hexadecimal."""
    channels: dict[str, tuple[Role, ...]] = {"*": ("read",)}  # pydantic copies it
    """Channel name, or `*`, to roles."""

    @model_validator(mode="after")
    def _one_place(self) -> "TokenSettings":
        if sum(map(bool, (self.env, self.file, self.sha256))) != 1:
            raise ValueError("give exactly one of env, file and sha256")
        return self


class StreamSettings(Settings):
    """Limits of the stream to subscribers."""

    message_bytes: int = Field(default=1024 * 1024, ge=65536)
    """Largest message that is sent; larger states go in chunks."""
    receive_bytes: int = Field(default=1024 * 1024, ge=4096)
    """Largest message that is accepted from a subscriber."""
    subscribers: int = Field(default=10_000, ge=1)
    """Connections at the same time, over all channels."""
    subscriptions: int = Field(default=16, ge=1)
    """Subscriptions on one connection."""
    heartbeat: Seconds = Field(default=15.0, gt=0)
    """Seconds between two signs of life in either direction."""
    slow_reader: Seconds = Field(default=60.0, gt=0)
    """Seconds after which a subscriber that does not read or acknowledge is disconnected."""
    zstd: bool = True
    """Whether messages are compressed for subscribers that ask for it, once per step."""


class LogSettings(Settings):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"
    """auto: text on a terminal, JSON elsewhere."""


class ServiceSettings(Settings):
    """The whole settings file."""

    listen: str = "127.0.0.1:8340"
    """Address and port for HTTP and WebSocket; port 0 takes any free one."""
    data_dir: Path = Path("./data")
    """Folder of the embedded store."""
    store: str = ""
    """URL of a PostgreSQL database (`postgresql://...`); empty for the embedded store. A password
    belongs into PGPASSWORD or a passfile."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names that requests may carry besides localhost and the listen address."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of web pages that may send requests; none by default."""
    tls: TlsSettings | None = None
    tokens: tuple[TokenSettings, ...] = ()
    """With none, everybody who reaches the address may do everything."""
    admission: AdmissionAddress = AdmissionAddress()
    insecure: bool = False
    """Whether to serve other than loopback without TLS and tokens."""
    stream: StreamSettings = StreamSettings()
    log: LogSettings = LogSettings()
    shutdown: Seconds = Field(default=10.0, gt=0)
    """Seconds that a stop may take."""
    channels: tuple[ChannelSettings, ...] = (ChannelSettings(),)

    @model_validator(mode="after")
    def _channel_names_differ(self) -> "ServiceSettings":
        names = [channel.name for channel in self.channels]
        if len(set(names)) != len(names):
            raise ValueError("two channels have the same name")
        return self
